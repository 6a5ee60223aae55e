# Configures, builds and runs the consumer project `way` in the folder `scratch`.

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE "${scratch}")
set(settings -D "INTAGLIO_ROOT=${root}" -D "EXPECTED_VERSION=${version}")
if(way STREQUAL "find_package")
    run("${CMAKE_COMMAND}" --install "${project_build}" --prefix "${scratch}/first prefix")
    file(RENAME "${scratch}/first prefix" "${scratch}/moved prefix")  # the package must not remember where it was put
    list(APPEND settings -D "CMAKE_PREFIX_PATH=${scratch}/moved prefix")
endif()
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/${way}" -B "${scratch}/build" -G "${generator}"
    -D "CMAKE_CXX_COMPILER=${compiler}" -D CMAKE_BUILD_TYPE=Debug ${settings})
run("${CMAKE_COMMAND}" --build "${scratch}/build")
run("${scratch}/build/app")
