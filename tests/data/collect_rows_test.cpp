// Tables in pieces: rows brought together, their digest, and what differs from the table a model learned from.
#include <gtest/gtest.h>

#include <numeric>

#include "candor/base/error.h"
#include "candor/data/rows_digest.h"
#include "candor/data/table/collect_rows.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/recipe.h"
#include "candor/ops/random.h"

namespace candor::data {
namespace {

std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

Table shop(std::int64_t rows, std::int64_t seed) {
  std::string csv = "price,colour,sold,note,bought\n";
  const char* const colours[] = {"red", "green", "", "blue", "grey"};
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t x = (i * 37 + seed * 11) % 101;
    csv += (x % 17 ? std::to_string(x) + "." + std::to_string(i % 7) : "") + "," + colours[x % (seed ? 5 : 4)] + ",2024-0" + std::to_string(1 + x % 9) + "-1" + std::to_string(i % 9) + ",a word and " +
           (x % 3 ? "another" : "more of word " + std::to_string(x)) + "," + (x > 50 ? "yes" : "no") + "\n";
  }
  return parse_table(csv, {}, "shop.csv");
}

TEST(RowCollector, BringsPiecesTogether) {
  const Table table = shop(100, 0);
  RowCollector all;
  // Pieces as they are read: each numbers its words anew.
  for (std::int64_t first = 0; first < 100; first += 30) {
    const Table part = table.take(range(first, std::min<std::int64_t>(100, first + 30)));
    RowCollector alone;
    alone.add(part, range(0, part.rows()));
    all.add(alone.table(), range(0, part.rows()));
  }
  ASSERT_EQ(all.rows(), 100);
  EXPECT_EQ(all.table().row_identities(), table.row_identities());
  EXPECT_EQ(all.table().at("colour").words, table.at("colour").words);
  all.keep(range(90, 100));
  EXPECT_EQ(all.table().row_identities(), table.take(range(90, 100)).row_identities());
  EXPECT_LT(all.table().at("note").words.size(), table.at("note").words.size());  // words that no row has are gone
}

TEST(RowCollector, KeepsNamedColumnsAndRefusesOthers) {
  const Table table = shop(10, 0);
  RowCollector one({{"colour"}}), none(std::vector<std::string>{});
  one.add(table, range(2, 5));
  none.add(table, range(2, 5));
  EXPECT_EQ(one.table().names(), std::vector<std::string>{"colour"});
  EXPECT_EQ(none.table().columns.size(), 0u);
  EXPECT_EQ(none.rows(), 3);
  const Table other = parse_table("colour\n1\n2\n3\n"), empty = parse_table("colour,x\n,1\n,2\n");
  one.add(empty, range(0, 2));  // no value: neither numbers nor words
  EXPECT_EQ(one.table().at("colour").missing(), 2 + table.take(range(2, 5)).at("colour").missing());
  EXPECT_THROW(one.add(other, range(0, 3)), Error);
}

TEST(RowsDigest, IsThatOfAllRows) {
  Dataset all;
  all.features = random_normal({40000, 9}, 0, 1, {5, 0});  // more than one megabyte, and no whole number of them
  all.targets = random_uniform({40000}, 0, 1, {5, 1});
  all.feature_names = {"a", "b"};
  all.class_names = {"no", "yes"};
  for (const std::int64_t piece : {40000, 8192, 29127}) {
    RowsDigest digest;
    for (std::int64_t first = 0; first < 40000; first += piece) digest.add(all.slice(first, std::min<std::int64_t>(40000, first + piece)));
    EXPECT_EQ(digest.digest(), all.digest()) << piece;
  }
  RowsDigest shorter;
  shorter.add(all.slice(0, 39999));
  EXPECT_NE(shorter.digest(), all.digest());
  Dataset narrow;
  narrow.features = random_normal({3, 8}, 0, 1, {5, 2});
  EXPECT_THROW(shorter.add(narrow), Error);
}

TEST(RecipeComparison, CountsOverAllPieces) {
  const Table train = shop(200, 0).take(range(0, 150)), now = shop(300, 3);
  const Recipe recipe = Recipe::fit(train, infer_schema(train, {.targets = {"bought"}}));
  const TableDifferences whole = recipe.compare(now);
  ASSERT_FALSE(whole.new_words.empty());
  Recipe::Comparison pieces(recipe);
  for (std::int64_t first = 0; first < 300; first += 70) pieces.add(now.take(range(first, std::min<std::int64_t>(300, first + 70))));
  const TableDifferences found = pieces.differences();
  EXPECT_EQ(found.new_words, whole.new_words);
  EXPECT_EQ(found.out_of_range, whole.out_of_range);
  EXPECT_EQ(found.missing, whole.missing);
  EXPECT_EQ(found.extra, whole.extra);
  EXPECT_EQ(found.reordered, whole.reordered);
}

}  // namespace
}  // namespace candor::data
