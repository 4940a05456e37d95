#include "candor/pipeline/check_prepared.h"

#include "candor/candid/data/checks.h"

namespace candor::pipeline {

candid::Checkup check_prepared(const Prepared& p) {
  using candid::PartKind;
  if (p.is_table()) {
    candid::Subject subject = candid::table_subject({{PartKind::train, "the training part", p.train_cells}, {PartKind::test, "the test part", p.test_cells}}, p.recipe->schema());
    return candid::check_subject(subject);
  }
  return candid::check_subject(candid::set_subject({{PartKind::train, "the training part", p.train}, {PartKind::test, "the test part", p.test}}));
}

}  // namespace candor::pipeline
