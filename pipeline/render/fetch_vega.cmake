# Fetches vega, vega-lite and vega-embed by npm, once a build folder: what draws the figures of reports. Three tarballs
# of 2 MB in all, each checked before it is opened; of each its minified file and its licence stay. Where that cannot be,
# the build goes on without.
set(HOOKFLOW_VEGA_DIR ${PROJECT_BINARY_DIR}/vega)
set(vega_packages
  vega@6.4.0=3521fb6ff68a94a40323954f0ba4484ba4014b157bfd37f89a3b063082320c42
  vega-lite@6.4.1=7226845c140626b2bf2dae3dd7372d6e2dbdf65380d857c70da8e487ca6cf15e
  vega-embed@7.3.0=d9a958ced3240f0418df7d5e12e97dba6e63cecda15b8403e47a0db7eb6ea859)
find_program(NPM npm)

# Leaves what went wrong in `problem`; nothing where all is well.
function(fetch_vega_package package problem)
  string(REGEX MATCH "^([a-z-]+)@([0-9.]+)=([0-9a-f]+)$" matched ${package})
  set(name ${CMAKE_MATCH_1})
  set(version ${CMAKE_MATCH_2})
  set(checksum ${CMAKE_MATCH_3})
  set(stem ${HOOKFLOW_VEGA_DIR}/${name}-${version})
  set(${problem} "" PARENT_SCOPE)
  if(EXISTS ${stem}.LICENSE)
    return()
  endif()
  set(work ${PROJECT_BINARY_DIR}/vega_download)
  file(REMOVE_RECURSE ${work})
  file(MAKE_DIRECTORY ${work} ${HOOKFLOW_VEGA_DIR})
  # Without retries: by default npm waits minutes for a registry that it cannot reach.
  execute_process(COMMAND ${NPM} pack --fetch-retries=0 --loglevel=error ${name}@${version}
    WORKING_DIRECTORY ${work} TIMEOUT 120 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE said)
  set(tarball ${work}/${name}-${version}.tgz)
  if(failed OR NOT EXISTS ${tarball})
    string(REGEX MATCH "^[^\n]*" said "${said}")
    set(${problem} "npm could not fetch ${name}@${version} (${failed}): ${said}" PARENT_SCOPE)
    return()
  endif()
  file(SHA256 ${tarball} found)
  if(NOT found STREQUAL checksum)
    set(${problem} "${name}@${version} has the SHA-256 ${found}; must be ${checksum}" PARENT_SCOPE)
    return()
  endif()
  file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${work})
  file(RENAME ${work}/package/build/${name}.min.js ${HOOKFLOW_VEGA_DIR}/${name}.min.js)
  file(RENAME ${work}/package/LICENSE ${stem}.LICENSE)  # last: it says that all is there, and of which version
  file(REMOVE_RECURSE ${work})
endfunction()

set(vega_problem "")
if(NOT NPM)
  set(vega_problem "there is no npm (apt-get install npm)")
endif()
foreach(package IN LISTS vega_packages)
  if(NOT vega_problem)
    fetch_vega_package(${package} vega_problem)
  endif()
endforeach()
if(vega_problem)
  message(WARNING "Without vega, `hookflow report` and pictures as SVG or PNG will be missing: ${vega_problem}. "
    "Run cmake again when that is mended.")
else()
  message(STATUS "vega, vega-lite and vega-embed are in ${HOOKFLOW_VEGA_DIR}")
endif()
install(DIRECTORY ${HOOKFLOW_VEGA_DIR}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/hookflow/vega OPTIONAL)
