#include "candor/ops/families.h"

namespace candor {

void register_all_families() {}

}  // namespace candor
