#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> data_checks() {
  static constexpr CheckInfo checks[] = {
    {"data.duplicate-rows", Moment::data, Severity::error, Cost::pass, "", "the same rows or pictures stand in two parts"},
    {"data.leak", Moment::data, Severity::error, Cost::sampled, "a target", "one column alone, or a few together, predict the target almost perfectly"},
    {"data.label-conflict", Moment::data, Severity::error, Cost::sampled, "classes", "equal inputs carry different labels, or labels contradict what rows like them say"},
    {"data.label-name-swap", Moment::data, Severity::error, Cost::sampled, "two parts with labels, or a model", "classes mean something else in another part or for a model"},
    {"data.censored", Moment::data, Severity::warning, Cost::pass, "a target of numbers", "the target piles up at its highest or lowest value"},
    {"data.imbalance", Moment::data, Severity::warning, Cost::none, "classes", "a class is rare beside the others"},
    {"data.few", Moment::data, Severity::warning, Cost::none, "", "a class has too few rows, or the columns outnumber the rows"},
    {"data.scale", Moment::data, Severity::error, Cost::pass, "", "parts are scaled in different ways, or pixels are large floating-point numbers"},
    {"data.missing", Moment::data, Severity::warning, Cost::pass, "a table", "columns are mostly empty, a number stands for \"not known\", or gaps differ between parts"},
    {"data.constant", Moment::data, Severity::warning, Cost::pass, "a table", "a column holds one value in every row"},
    {"data.outliers", Moment::data, Severity::warning, Cost::pass, "a table", "a few numbers lie far beyond the column's own tail"},
    {"data.types", Moment::data, Severity::warning, Cost::pass, "a table", "numbers written as words, dates as numbers, ids, mixed units, one word spelled in several ways"},
    {"data.time-split", Moment::data, Severity::error, Cost::pass, "a test part and a column of time", "rows ordered in time were shuffled between the parts"},
    {"data.group-split", Moment::data, Severity::error, Cost::pass, "a test part", "rows of one person or machine, or altered copies of one picture, are on both sides"},
    {"data.flip-label", Moment::data, Severity::error, Cost::sampled, "pictures with classes", "mirrored or altered copies carry the wrong label"},
    {"data.skipped", Moment::data, Severity::note, Cost::none, "", "files or rows were left out"},
  };
  return checks;
}

}  // namespace candor::candid::detail
