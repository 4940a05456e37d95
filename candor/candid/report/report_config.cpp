#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/report/check_report.h"
#include "candor/candid/report/fields.h"
#include "candor/candid/report/page.h"

namespace candor::candid {
namespace {

/// Makes a tree. JSON has no NaN and no infinity: null and words stand for them.
struct Writer {
  Config map = Config::map();

  template <class T>
  void operator()(const char* key, T& value) {
    map.set(key, tree(value));
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (value) map.set(key, tree(*value));  // a key that is missing is no value; null is NaN
  }

  /// Numbers that the page shows and that follow from others: {"value", "interval"}; nothing reads them back.
  void share(const char* key, std::int64_t part, std::int64_t whole) {
    if (whole <= 0 || part < 0 || part > whole) return;
    Interval interval = wilson(part, whole);
    Config both = Config::map();
    both.set("value", static_cast<double>(part) / static_cast<double>(whole)).set("interval", tree(interval));
    map.set(key, both);
  }

  static Config tree(bool v) { return v; }
  static Config tree(int v) { return v; }
  static Config tree(std::int64_t v) { return v; }
  static Config tree(std::uint64_t v) { return std::to_string(v); }  // as text: JSON's readers often have 53 bits
  static Config tree(double v) { return std::isfinite(v) ? Config(v) : std::isnan(v) ? Config() : Config(v > 0 ? "inf" : "-inf"); }
  static Config tree(std::string& v) { return v; }
  static Config tree(Severity v) { return to_string(v); }
  template <class A, class B>
  static Config tree(std::pair<A, B>& v) {
    return Config(Config::List{tree(v.first), tree(v.second)});
  }
  template <class T>
  static Config tree(std::vector<T>& v) {
    Config::List list;
    list.reserve(v.size());
    for (auto& item : v) list.push_back(tree(item));
    return list;
  }
  template <class T>
  static Config tree(T& v) {
    Writer inside;
    fields(inside, v);
    return inside.map;
  }
};

/// Reads it back. `place` says where, for messages.
struct Reader {
  const Config& map;
  std::string place;

  template <class T>
  void operator()(const char* key, T& value) const {
    const Config* found = map.find(key);
    if (found) read(*found, value, place.empty() ? std::string(key) : place + "." + key);
  }

  void share(const char*, std::int64_t, std::int64_t) const {}

  [[noreturn]] static void wrong(const std::string& where, const std::string& expected, const Config& c) {
    const std::string text = to_string(c);
    fail(ErrorKind::corrupt, "report: " + where + ": " + expected + " is expected, and " + quoted(text, 40) + " is there");
  }

  static void read(const Config& c, bool& v, const std::string& where) {
    if (!c.is_bool()) wrong(where, "true or false", c);
    v = c.boolean();
  }
  static void read(const Config& c, std::int64_t& v, const std::string& where) {
    if (!c.is_integer()) wrong(where, "a whole number", c);
    v = c.integer();
  }
  static void read(const Config& c, int& v, const std::string& where) {
    std::int64_t wide = 0;
    read(c, wide, where);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) wrong(where, "a smaller number", c);
    v = static_cast<int>(wide);
  }
  static void read(const Config& c, std::uint64_t& v, const std::string& where) {
    if (c.is_integer() && c.integer() >= 0) return void(v = static_cast<std::uint64_t>(c.integer()));
    if (!c.is_text() || c.text().empty() || c.text().size() > 20 || c.text().find_first_not_of("0123456789") != std::string::npos) wrong(where, "a whole number from 0", c);
    v = 0;
    for (const char digit : c.text()) {
      const auto d = static_cast<std::uint64_t>(digit - '0');
      if (v > (std::numeric_limits<std::uint64_t>::max() - d) / 10) wrong(where, "a number below 2^64", c);
      v = 10 * v + d;
    }
  }
  static void read(const Config& c, double& v, const std::string& where) {
    if (c.is_null()) v = std::numeric_limits<double>::quiet_NaN();
    else if (c.is_number()) v = c.number();
    else if (c.is_text() && c.text() == "inf") v = std::numeric_limits<double>::infinity();
    else if (c.is_text() && c.text() == "-inf") v = -std::numeric_limits<double>::infinity();
    else wrong(where, "a number", c);
  }
  static void read(const Config& c, std::string& v, const std::string& where) {
    if (!c.is_text()) wrong(where, "a text", c);
    v = c.text();
  }
  static void read(const Config& c, Severity& v, const std::string& where) {
    for (const Severity s : {Severity::note, Severity::warning, Severity::error})
      if (c.is_text() && c.text() == to_string(s)) return void(v = s);
    wrong(where, "note, warning or error", c);
  }
  template <class T>
  static void read(const Config& c, std::optional<T>& v, const std::string& where) {
    read(c, v.emplace(), where);
  }
  template <class A, class B>
  static void read(const Config& c, std::pair<A, B>& v, const std::string& where) {
    if (!c.is_list() || c.items().size() != 2) wrong(where, "a list of two", c);
    read(c.items()[0], v.first, where), read(c.items()[1], v.second, where);
  }
  template <class T>
  static void read(const Config& c, std::vector<T>& v, const std::string& where) {
    if (!c.is_list()) wrong(where, "a list", c);
    v.clear();
    v.reserve(c.items().size());
    for (const Config& item : c.items()) read(item, v.emplace_back(), where + "[" + std::to_string(v.size() - 1) + "]");
  }
  template <class T>
  static void read(const Config& c, T& v, const std::string& where) {
    if (!c.is_map()) wrong(where, "a map", c);
    Reader inside{c, where};
    fields(inside, v);
  }
};

}  // namespace

Config report_config(const Report& report) {
  Report copy = report;  // one walk serves both directions, and reading needs to write
  Writer writer;
  writer.map.set("version", report_version);
  fields(writer, copy);
  if (const page::Answer answer = page::answer_of(copy); !answer.sign.empty()) {
    Config verdict = Config::map();
    verdict.set("sign", answer.sign);
    if (answer.baseline) verdict.set("baseline", answer.baseline->name);
    writer.map.set("verdict", verdict);
  }
  return writer.map;
}

Report report_from_config(const Config& config) {
  if (!config.is_map()) fail(ErrorKind::corrupt, "report: a map is expected");
  std::int64_t version = report_version;
  if (const Config* stated = config.find("version")) Reader::read(*stated, version, "version");
  if (version > report_version) {
    fail(ErrorKind::unsupported, "report: version " + std::to_string(version) + ", and this program reads up to " + std::to_string(report_version) + ": use a newer Candor");
  }
  Report report;
  Reader reader{config, {}};
  fields(reader, report);
  check_report(report);
  return report;
}

}  // namespace candor::candid
