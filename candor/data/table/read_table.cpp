#include "candor/data/table/read_table.h"

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/locate.h"
#include "candor/data/table/unpack.h"

namespace candor::data {

Table read_table(const std::string& name, const TableOptions& options) {
  const auto path = locate(name);
  if (!path) fail(ErrorKind::not_found, "no table named " + quoted(name, 200) + ": looked for " + places_text(name));
  const MappedFile file(*path);
  std::string holder;
  const std::string_view bytes = detail::unpacked(file, holder);
  return parse_table(bytes, options, *path);
}

}  // namespace candor::data
