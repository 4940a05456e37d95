// Numbers in sentences.
#pragma once

#include <string>

namespace candor::data::detail {

/// Six digits at most, without needless ones: 38, 0.25, 1e+08.
std::string number_text(double value);

}  // namespace candor::data::detail
