// Where the parts of a folder of pictures lie. Internal.
#pragma once

#include <optional>
#include <string>

namespace candor::data::detail {

/// The folder of the training part, or of the part to judge by, when it holds a folder of pictures per class.
std::optional<std::string> part_folder(const std::string& folder, bool train);

/// The folder that holds the classes when `folder` holds only it, as archives unpack; `folder` itself otherwise.
std::string unwrapped(const std::string& folder);

}  // namespace candor::data::detail
