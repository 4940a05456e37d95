#include "tests/support/stat_cases.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/environment.h"

namespace candor::testing {
namespace {

double as_number(const nlohmann::json& j) {
  if (j.is_boolean()) return j.get<bool>() ? 1 : 0;
  if (j.is_number()) return j.get<double>();
  if (j.is_string()) {
    const std::string text = j.get<std::string>();
    if (text == "NaN") return NAN;
    if (text == "Infinity") return HUGE_VAL;
    if (text == "-Infinity") return -HUGE_VAL;
  }
  throw std::runtime_error("no number: " + j.dump().substr(0, 80));
}

bool is_number(const nlohmann::json& j) { return j.is_number() || j.is_boolean() || (j.is_string() && (j == "NaN" || j == "Infinity" || j == "-Infinity")); }

void flatten(const nlohmann::json& j, std::vector<double>& into) {
  if (j.is_array()) for (const auto& item : j) flatten(item, into);
  else into.push_back(as_number(j));
}

// The arrays of a group, of any number type: 16-bit integers are none of Candor's.
class Arrays {
 public:
  explicit Arrays(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    header_ = nlohmann::json::parse(bytes.substr(8, length));
    data_ = bytes.substr(8 + length);
  }
  nlohmann::json at(const std::string& key) const {
    const nlohmann::json& entry = header_.at(key);
    const std::string dtype = entry["dtype"];
    const char* from = data_.data() + entry["data_offsets"][0].get<std::size_t>();
    const auto list = [&](auto unit) { return nested<decltype(unit)>(from, entry["shape"], 0); };
    if (dtype == "F64") return list(double{});
    if (dtype == "F32") return list(float{});
    if (dtype == "I16") return list(std::int16_t{});
    if (dtype == "I32") return list(std::int32_t{});
    if (dtype == "I64") return list(std::int64_t{});
    if (dtype == "U8" || dtype == "BOOL") return list(std::uint8_t{});
    throw std::runtime_error("array of " + dtype);
  }

 private:
  template <class T>
  static nlohmann::json nested(const char*& from, const nlohmann::json& shape, std::size_t axis) {
    if (axis == shape.size()) {
      T value;
      std::memcpy(&value, from, sizeof value);
      from += sizeof value;
      return value;
    }
    nlohmann::json items = nlohmann::json::array();
    for (std::int64_t i = 0; i < shape[axis].get<std::int64_t>(); ++i) items.push_back(nested<T>(from, shape, axis + 1));
    return items;
  }
  nlohmann::json header_;
  std::string data_;
};

nlohmann::json resolved(const nlohmann::json& j, const Arrays* tensors) {
  if (j.is_object() && j.size() == 1 && j.contains("tensor")) return tensors->at(j["tensor"].get<std::string>());
  if (!j.is_object() && !j.is_array()) return j;
  nlohmann::json copy = j;
  for (auto& item : copy) if (item.is_structured()) item = resolved(item, tensors);
  return copy;
}

}  // namespace

const nlohmann::json& StatCase::value(const std::string& key) const { return inputs.contains(key) ? inputs.at(key) : params.at(key); }
double StatCase::number(const std::string& key) const { return as_number(value(key)); }
std::vector<double> StatCase::numbers(const std::string& key) const {
  std::vector<double> flat;
  flatten(value(key), flat);
  return flat;
}
std::vector<std::int32_t> StatCase::labels(const std::string& key) const {
  const std::vector<double> flat = numbers(key);
  return {flat.begin(), flat.end()};
}
candid::Matrix StatCase::matrix(const std::string& key) const {
  const nlohmann::json& j = value(key);
  std::vector<double> flat = numbers(key);
  const auto rows = static_cast<std::int64_t>(j.size());
  return {rows, rows ? static_cast<std::int64_t>(flat.size()) / rows : 0, std::move(flat)};
}
std::ostream& operator<<(std::ostream& out, const StatCase& one) { return out << one.name; }

std::vector<StatCase> stat_cases(const std::string& group) {
  const std::string root = environment("CANDOR_FIXTURES");
  if (root.empty()) return {};
  const std::filesystem::path folder = std::filesystem::path(root) / "stats" / group;
  std::ifstream in(folder / "cases.json");
  if (!in) return {};
  const nlohmann::json all = nlohmann::json::parse(in);
  std::unique_ptr<Arrays> tensors;
  if (all.contains("arrays") && all["arrays"].is_string()) tensors = std::make_unique<Arrays>(folder / all["arrays"].get<std::string>());
  std::vector<StatCase> cases;
  for (const auto& c : all["cases"]) {
    cases.push_back({group, c["name"], c["what"], resolved(c["inputs"], tensors.get()), resolved(c["params"], tensors.get()), resolved(c["expected"], tensors.get()), c["tolerance"]});
  }
  return cases;
}

std::string difference(const nlohmann::json& want, const nlohmann::json& got, double abs, double rel, const std::string& path) {
  const auto differs = [&](const std::string& how) { return (path.empty() ? "" : path + ": ") + how; };
  if (want.is_null()) return got.is_null() || (got.is_number() && std::isnan(got.get<double>())) ? "" : differs("should be undefined, is " + got.dump());
  if (is_number(want)) {
    if (!is_number(got)) return differs("should be " + want.dump() + ", is " + got.dump().substr(0, 80));
    const double w = as_number(want), g = as_number(got);
    if (w == g || (std::isnan(w) && std::isnan(g)) || std::abs(g - w) <= abs + rel * std::abs(w)) return "";
    return differs("should be " + nlohmann::json(w).dump() + ", is " + nlohmann::json(g).dump());
  }
  if (want.is_string()) return want == got ? "" : differs("should be " + want.dump() + ", is " + got.dump());
  if (want.is_array()) {
    if (!got.is_array() || got.size() != want.size()) return differs("should have " + std::to_string(want.size()) + " entries, has " + std::to_string(got.size()));
    for (std::size_t i = 0; i < want.size(); ++i) {
      const std::string found = difference(want[i], got[i], abs, rel, path + "[" + std::to_string(i) + "]");
      if (!found.empty()) return found;
    }
    return "";
  }
  for (const auto& [key, value] : want.items()) {
    if (!got.is_object() || !got.contains(key)) return differs("\"" + key + "\" was not computed");
    const std::string found = difference(value, got[key], abs, rel, path + "." + key);
    if (!found.empty()) return found;
  }
  return "";
}

void StatCheck::expect(const std::string& key, const nlohmann::json& got) {
  seen_.insert(key);
  if (!case_.expected.contains(key)) return;
  const auto own = case_.tolerance.find(key);
  double abs = case_.tolerance.value("abs", 0.), rel = case_.tolerance.value("rel", 0.);
  if (own != case_.tolerance.end() && own->is_number()) abs = own->get<double>(), rel = 0;
  if (own != case_.tolerance.end() && own->is_object()) abs = own->value("abs", 0.), rel = own->value("rel", 0.);
  const std::string found = difference(case_.expected[key], got, abs, rel);
  EXPECT_TRUE(found.empty()) << case_.name << " " << key << " " << found;
}
void StatCheck::expect(const std::string& key, const candid::Matrix& got) { expect(key, to_json(got)); }

StatCheck::~StatCheck() {
  for (const auto& [key, value] : case_.expected.items()) EXPECT_TRUE(seen_.count(key)) << case_.name << ": nothing computes " << key;
}

nlohmann::json to_json(const candid::Matrix& m) {
  nlohmann::json list = nlohmann::json::array();
  for (std::int64_t i = 0; i < m.rows; ++i) list.push_back(std::vector<double>(m.row(i).begin(), m.row(i).end()));
  return list;
}

}  // namespace candor::testing
