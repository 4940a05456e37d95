// Packs text as gzip, for tests of what unpacks it.
#pragma once

#include <string>

namespace candor::testing {

std::string gzip(const std::string& text);

}  // namespace candor::testing
