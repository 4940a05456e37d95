// A recipe as it stands in a model file.
#include <algorithm>
#include <set>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_part.h"

namespace candor::data {
namespace {

std::vector<std::string> texts(const Config& config, const char* key) {
  std::vector<std::string> list;
  for (const Config& item : config.at(key).items()) list.push_back(item.text());
  if (std::set<std::string>(list.begin(), list.end()).size() != list.size()) fail(ErrorKind::corrupt, "recipe: " + quoted(key) + " names one twice");
  return list;
}

Config::List list_of(const std::vector<std::string>& texts) {
  Config::List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

}  // namespace

Config Recipe::config() const {
  Config::List parts;
  for (const auto& part : parts_) parts.push_back(part->config());
  return Config{{"version", 1}, {"schema", to_config(schema_)}, {"classes", list_of(class_names_)}, {"targets", list_of(target_names_)}, {"columns", parts}};
}

Recipe Recipe::from_config(const Config& config) {
  if (const std::int64_t version = config.at("version").integer(); version != 1)
    fail(ErrorKind::corrupt, "recipe: version " + std::to_string(version) + " is unknown to this Candor, which reads version 1; a newer one may have written it");
  Recipe recipe;
  recipe.schema_ = schema_from_config(config.at("schema"));
  recipe.class_names_ = texts(config, "classes");
  recipe.target_names_ = texts(config, "targets");
  if (recipe.target_names_ != recipe.schema_.targets()) fail(ErrorKind::corrupt, "recipe: the targets are not those of its schema");
  if (!recipe.class_names_.empty() && (recipe.class_names_.size() < 2 || recipe.target_names_.size() != 1)) fail(ErrorKind::corrupt, "recipe: classes need two names or more and one target");
  std::size_t next = 0, width = 0;
  for (const Config& entry : config.at("columns").items()) {
    detail::PartPointer part = detail::read_part(entry);
    // In the order of the schema, so that none comes twice and each has a role.
    while (next < recipe.schema_.columns.size() && recipe.schema_.columns[next].name != part->column()) ++next;
    if (next == recipe.schema_.columns.size()) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " is not where its schema has it");
    const Role role = recipe.schema_.columns[next++].role;
    if (role != Role::number && role != Role::category && role != Role::date && role != Role::text)
      fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " is an input, but its role is " + std::string(to_string(role)));
    width += part->features().size();
    if (width > (1u << 20)) fail(ErrorKind::corrupt, "recipe: more than a million inputs");
    recipe.parts_.push_back(std::move(part));
  }
  if (width == 0) fail(ErrorKind::corrupt, "recipe: it makes no inputs");
  return recipe;
}

}  // namespace candor::data
