# What this build has, said once at the end of configuring.
message(STATUS "Candor ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
message(STATUS "  oneDNN kernels     ${candor_has_onednn}   (-DCANDOR_ONEDNN, libdnnl-dev)")
message(STATUS "  JPEG and PNG       ${candor_has_images}   (-DCANDOR_IMAGES, libjpeg-dev libpng-dev)")
message(STATUS "  libdeflate         ${candor_has_libdeflate}   (-DCANDOR_LIBDEFLATE, libdeflate-dev)")
message(STATUS "  sanitizer          ${CANDOR_SANITIZE}")
