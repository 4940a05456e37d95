// Where named data lies: the path itself, below the folder that CANDOR_DATA names, or in the cache of `candor data get`.
#pragma once

#include <optional>
#include <string>

namespace candor::data {

/// `name` when such a file or folder is there, otherwise $CANDOR_DATA/name when that is, otherwise what `candor data get` fetched by
/// that name (catalogue.h). Absolute paths are taken as they are.
std::optional<std::string> locate(const std::string& name);

/// The places that locate() tries, for an error: "mnist (in /home/me) and $CANDOR_DATA/mnist (CANDOR_DATA is not set)".
std::string places_text(const std::string& name);

}  // namespace candor::data
