# `cmake --install` gives headers, library, program and find_package(candor).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS candor EXPORT candor-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET candor_program)
  install(TARGETS candor_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/candor DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h"
        PATTERN "cli" EXCLUDE)
install(EXPORT candor-targets NAMESPACE candor:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/candor)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/candor-config.cmake.in ${CMAKE_BINARY_DIR}/candor-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/candor)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/candor-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/candor-config.cmake ${CMAKE_SOURCE_DIR}/cmake/candor-onednn.cmake ${CMAKE_BINARY_DIR}/candor-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/candor)
