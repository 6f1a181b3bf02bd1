# Copies what `program` needs into `library_folder`, by the names that it asks for, and into `licence_folder` the licence
# of each package that has one of them. Debian's package database says whose a library is; the C library stays the
# machine's own.
cmake_minimum_required(VERSION 3.25)
set(compiled_in nlohmann-json3-dev libutfcpp-dev)  # headers, which are in the program itself

# Where packages lie by /lib, that is a link to /usr/lib today.
function(find_package_of file result)
  string(REGEX REPLACE "^/usr" "" without_usr ${file})
  execute_process(COMMAND dpkg-query --search ${file} ${without_usr} OUTPUT_VARIABLE lines ERROR_QUIET)
  if(NOT lines MATCHES "^([^:, ]+)")
    message(FATAL_ERROR "${file}: no Debian package has this file, so its licence is not known; it cannot be packed")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

# With the texts that it refers to, such as the GPL.
function(copy_licence package)
  file(MAKE_DIRECTORY ${licence_folder}/${package})
  file(COPY_FILE /usr/share/doc/${package}/copyright ${licence_folder}/${package}/copyright)
  set(common /usr/share/common-licenses)
  file(STRINGS ${licence_folder}/${package}/copyright lines REGEX ${common})
  string(REGEX MATCHALL "${common}/[A-Za-z0-9.+-]*[A-Za-z0-9]" texts "${lines}")
  foreach(text IN LISTS texts)
    cmake_path(GET text FILENAME name)
    if(EXISTS ${text})
      file(COPY_FILE ${text} ${licence_folder}/common-licenses/${name})
    endif()
  endforeach()
endfunction()

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${program}
  RESOLVED_DEPENDENCIES_VAR needed UNRESOLVED_DEPENDENCIES_VAR missing)
if(missing)
  message(FATAL_ERROR "${program} needs libraries that are not found: ${missing}")
endif()
file(MAKE_DIRECTORY ${library_folder} ${licence_folder}/common-licenses)
set(packages ${compiled_in})
foreach(library IN LISTS needed)
  file(REAL_PATH ${library} real)
  find_package_of(${real} package)
  if(NOT package STREQUAL libc6)
    cmake_path(GET library FILENAME name)
    file(COPY_FILE ${real} ${library_folder}/${name})
    list(APPEND packages ${package})
  endif()
endforeach()
list(REMOVE_DUPLICATES packages)
foreach(package IN LISTS packages)
  copy_licence(${package})
endforeach()
