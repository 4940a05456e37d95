// A network that is trained and waits for the others it will be averaged with: kept beside the resume point.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/model.h"
#include "candor/train/history.h"

namespace candor::pipeline::detail {

/// The file of member `member` (from 0) beside the resume point.
std::string member_path(const std::string& resume, int member);

void save_member(const std::string& resume, int member, const std::string& fingerprint, const Model& model, const History& history);

/// Puts its weights into `model` and its history behind `histories`. False when there is no such file. Throws Error: corrupt for a damaged one;
/// invalid_argument when it was trained otherwise, naming both fingerprints.
bool load_member(const std::string& resume, int member, const std::string& fingerprint, const Model& model, std::vector<History>& histories);

}  // namespace candor::pipeline::detail
