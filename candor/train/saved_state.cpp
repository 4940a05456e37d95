#include "candor/train/saved_state.h"

#include <cstdio>
#include <cstdlib>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor {
namespace {

[[noreturn]] void missing(const std::string& name) { fail(ErrorKind::corrupt, "resume point: " + candor::quoted(name) + " is missing"); }

const Config& value_of(const Config& values, const std::string& name) {
  const Config* found = values.find(name);
  if (!found) missing(name);
  return *found;
}

}  // namespace

SavedState::SavedState(Config values, Tensors tensors) : values_(std::move(values)), tensors_(std::move(tensors)) {}

SavedState& SavedState::set(const std::string& name, bool value) { return values_.set(name, Config(value)), *this; }
SavedState& SavedState::set(const std::string& name, int value) { return values_.set(name, Config(value)), *this; }
SavedState& SavedState::set(const std::string& name, std::int64_t value) { return values_.set(name, Config(value)), *this; }
SavedState& SavedState::set(const std::string& name, const char* value) { return values_.set(name, Config(value)), *this; }
SavedState& SavedState::set(const std::string& name, const std::string& value) { return values_.set(name, Config(value)), *this; }

SavedState& SavedState::set(const std::string& name, double value) {
  char text[40];  // JSON has neither infinities nor NaN
  std::snprintf(text, sizeof text, "%a", value);
  return set(name, text);
}

SavedState& SavedState::set(const std::string& name, const Tensor& value) {
  if (!value.defined()) fail(ErrorKind::invalid_argument, "resume point: the tensor " + candor::quoted(name) + " is undefined");
  for (auto& [known, tensor] : tensors_)
    if (known == name) return tensor = value, *this;
  tensors_.emplace_back(name, value);
  return *this;
}

SavedState& SavedState::set(const std::string& name, const std::vector<Tensor>& values) {
  set(name + "/count", static_cast<std::int64_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) set(name + "/" + std::to_string(i), values[i]);
  return *this;
}

bool SavedState::flag(const std::string& name) const { return value_of(values_, name).boolean(); }
std::int64_t SavedState::integer(const std::string& name) const { return value_of(values_, name).integer(); }
const std::string& SavedState::text(const std::string& name) const { return value_of(values_, name).text(); }

double SavedState::number(const std::string& name) const {
  const std::string& digits = text(name);
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0') fail(ErrorKind::corrupt, "resume point: " + candor::quoted(name) + " is no number: " + candor::quoted(digits));
  return value;
}

Tensor SavedState::tensor(const std::string& name) const {
  for (const auto& [known, tensor] : tensors_)
    if (known == name) return tensor;
  missing(name);
}

std::vector<Tensor> SavedState::tensor_list(const std::string& name) const {
  std::vector<Tensor> out;
  for (std::int64_t i = 0, count = integer(name + "/count"); i < count; ++i) out.push_back(tensor(name + "/" + std::to_string(i)));
  return out;
}

bool SavedState::has(const std::string& name) const {
  if (values_.find(name)) return true;
  for (const auto& [known, tensor] : tensors_)
    if (known == name) return true;
  return false;
}

std::vector<std::string> SavedState::names() const {
  std::vector<std::string> out;
  for (const auto& [name, value] : values_.entries()) out.push_back(name);
  return out;
}

bool SavedState::empty() const { return values_.entries().empty() && tensors_.empty(); }

void SavedState::add(const std::string& prefix, const SavedState& part) {
  for (const auto& [name, value] : part.values_.entries()) values_.set(prefix + "/" + name, value);
  for (const auto& [name, tensor] : part.tensors_) set(prefix + "/" + name, tensor);
}

SavedState SavedState::part(const std::string& prefix) const {
  SavedState out;
  const std::string start = prefix + "/";
  for (const auto& [name, value] : values_.entries())
    if (name.starts_with(start)) out.values_.set(name.substr(start.size()), value);
  for (const auto& [name, tensor] : tensors_)
    if (name.starts_with(start)) out.tensors_.emplace_back(name.substr(start.size()), tensor);
  return out;
}

}  // namespace candor
