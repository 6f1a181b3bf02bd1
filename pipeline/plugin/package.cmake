# What a stage outside of this tree is built with: headers, and the target hookflow::hookflow of
# find_package(hookflow). The target is the program itself, which exports its symbols: a plugin links nothing, and what
# it calls it finds in the program that loads it. So there is one registry, one TBB and one set of types, and the
# program's own code stays as it is optimised, which calls across a shared library would change.

# The headers that these ones include, with themselves, from the root of the tree.
function(headers_behind result)
  set(found "")
  set(next ${ARGN})
  while(next)
    list(POP_FRONT next header)
    if(header IN_LIST found)
      continue()
    endif()
    list(APPEND found ${header})
    file(STRINGS ${PROJECT_SOURCE_DIR}/${header} includes REGEX "^#include \"")
    list(TRANSFORM includes REPLACE "^#include \"(.*)\".*$" "\\1")
    list(APPEND next ${includes})
  endwhile()
  list(SORT found)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# Whatever the headers say may change how a plugin and the program call each other.
headers_behind(package_headers ${stage_headers})
set(package_contents "")
foreach(header IN LISTS package_headers)
  file(SHA256 ${PROJECT_SOURCE_DIR}/${header} hash)
  string(APPEND package_contents "${header} ${hash}\n")
endforeach()
string(SHA256 package_hash "${package_contents}")
string(SUBSTRING ${package_hash} 0 12 package_hash)
list(TRANSFORM package_headers PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE package_sources)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${package_sources})

set(built_with pipeline/plugin/built_with.hpp)
configure_file(${built_with}.in ${PROJECT_BINARY_DIR}/include/${built_with} @ONLY)

function(package_program program)
  set(installed $<INSTALL_PREFIX>/${CMAKE_INSTALL_INCLUDEDIR}/hookflow)
  set_target_properties(${program} PROPERTIES ENABLE_EXPORTS ON)
  target_compile_features(${program} INTERFACE cxx_std_20)
  target_include_directories(${program} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:${installed}>)
  target_compile_options(${program} INTERFACE
    "SHELL:-include $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>$<INSTALL_INTERFACE:${installed}>/${built_with}")

  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/hookflow)
  install(TARGETS ${program} EXPORT hookflow)
  install(EXPORT hookflow NAMESPACE hookflow:: FILE hookflow-targets.cmake DESTINATION ${package})
  set(config ${PROJECT_BINARY_DIR}/hookflow-config)
  file(WRITE ${config}.cmake "include(\${CMAKE_CURRENT_LIST_DIR}/hookflow-targets.cmake)\n")
  include(CMakePackageConfigHelpers)
  write_basic_package_version_file(${config}-version.cmake COMPATIBILITY ExactVersion)
  install(FILES ${config}.cmake ${config}-version.cmake DESTINATION ${package})
  install(FILES ${PROJECT_BINARY_DIR}/include/${built_with} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hookflow/pipeline/plugin)
  foreach(header IN LISTS package_headers)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hookflow/${folder})
  endforeach()
endfunction()
