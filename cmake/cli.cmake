# The program `candor`.
find_package(CLI11 REQUIRED)
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/candor/cli/*.cpp)
if(cli_sources)
  candor_unity(cli_sources 12)
  add_executable(candor_program ${cli_sources})
  set_target_properties(candor_program PROPERTIES OUTPUT_NAME candor)
  target_link_libraries(candor_program PRIVATE candor candor_flags CLI11::CLI11 nlohmann_json::nlohmann_json)
  target_compile_options(candor_program PRIVATE $<$<CONFIG:Release>:-Os>)
  target_precompile_headers(candor_program PRIVATE <CLI/CLI.hpp> <nlohmann/json.hpp>)
  target_compile_definitions(candor_program PRIVATE
    CANDOR_VERSION="${PROJECT_VERSION}"
    CANDOR_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    CANDOR_BUILD_TYPE="${CMAKE_BUILD_TYPE}")
  set_property(SOURCE ${CMAKE_SOURCE_DIR}/candor/cli/version.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    CANDOR_HAS_ONEDNN=$<BOOL:${candor_has_onednn}> CANDOR_HAS_IMAGES=$<BOOL:${candor_has_images}>)
endif()
