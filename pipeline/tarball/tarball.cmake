# `cmake --build BUILD --target package` makes hookflow-VERSION-Linux-x86_64.tar.gz for machines where nobody may install
# packages: what `cmake --install` puts into a folder, and beside it the libraries that the program needs, all but the C
# library. The folder may lie anywhere.
set(tarball_libraries ${CMAKE_INSTALL_LIBDIR}/hookflow)
file(RELATIVE_PATH from_program /${CMAKE_INSTALL_BINDIR} /${tarball_libraries})

# An RPATH, not a RUNPATH: libraries too find by it what they need, and before LD_LIBRARY_PATH, where a cluster's modules
# put libraries of other versions, which would change the results.
set_target_properties(hookflow PROPERTIES INSTALL_RPATH "$ORIGIN/${from_program}" BUILD_WITH_INSTALL_RPATH ON)
target_link_options(hookflow PRIVATE LINKER:--disable-new-dtags)

install(CODE "set(program \"$<TARGET_FILE:hookflow>\")
  set(library_folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${tarball_libraries}\")
  set(licence_folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}/licences\")"
  COMPONENT libraries EXCLUDE_FROM_ALL)
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/copy_libraries.cmake COMPONENT libraries EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_FILE_NAME ${PROJECT_NAME}-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
# The libraries are a component of their own, which `cmake --install` leaves out: both go into one tarball.
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
include(CPack)
