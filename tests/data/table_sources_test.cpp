// Tables that are no text: JSON lines, NumPy's arrays, databases, Parquet.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "candor/base/memory.h"
#include "candor/base/threads.h"
#include "candor/data/numpy.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/table_stream.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/pictures.h"
#include "tests/support/sqlite.h"

namespace candor::data {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;
using testing::TemporaryFolder;

Names words(const Table& t, const char* column) {
  Names result;
  for (std::int64_t r = 0; r < t.rows(); ++r) result.push_back(t.at(column).cell(r));
  return result;
}
bool has(const Table& table, const std::string& id) {
  for (const Remark& r : table.remarks)
    if (r.id == id) return true;
  return false;
}

class JsonTable : public ::testing::Test {
 protected:
  Table read(std::string_view text, const TableOptions& options = {}) { return read_table(folder.write("t.jsonl", text), options); }
  TemporaryFolder folder;
};

TEST_F(JsonTable, ObjectsALine) {
  const Table t = read("{\"a\":1,\"b\":\"x\",\"c\":{\"d\":1.5,\"e\":[1,{\"z\":\"q\"}]},\"t\":true}\n\n{\"b\":\"y\",\"a\":null,\"new\":-3e2}\n");
  EXPECT_EQ(t.names(), (Names{"a", "b", "c.d", "c.e", "t", "new"}));
  ASSERT_EQ(t.rows(), 2);
  EXPECT_EQ(t.at("a").numbers[0], 1);
  EXPECT_TRUE(t.at("a").is_missing(1));
  EXPECT_EQ(words(t, "b"), (Names{"x", "y"}));
  EXPECT_EQ(words(t, "c.e"), (Names{"[1,{\"z\":\"q\"}]", ""}));
  EXPECT_EQ(words(t, "t"), (Names{"true", ""}));
  EXPECT_TRUE(t.at("new").is_missing(0));
  EXPECT_EQ(t.at("new").numbers[1], -300);
}

TEST_F(JsonTable, ListsALineAndOneList) {
  const Table lists = read("[1,\"a\",2.5]\n[2,\"b\",null]\n");
  EXPECT_EQ(lists.names(), (Names{"column_1", "column_2", "column_3"}));
  EXPECT_EQ(lists.at("column_1").numbers, (Values{1, 2}));
  const Table document = read("[\n {\"a\": 1, \"b\": \"x\"},\n {\"a\": 2, \"b\": \"y\"}\n]\n");
  EXPECT_EQ(document.at("a").numbers, (Values{1, 2}));
  EXPECT_EQ(read("[[1,2],[3,4]]").at("column_2").numbers, (Values{2, 4}));
}

TEST_F(JsonTable, NumbersInQuotesAndColumnsOfBoth) {
  const Table t = read("{\"n\":\"1.5\",\"m\":1}\n{\"n\":\"2\",\"m\":\"two\"}\n{\"n\":null,\"m\":2.5}\n");
  EXPECT_EQ(t.at("n").numbers[1], 2);
  EXPECT_TRUE(has(t, "json.text-numbers"));
  EXPECT_EQ(words(t, "m"), (Names{"1", "two", "2.5"}));
  EXPECT_EQ(read("{\"n\":\"007\"}\n", {.text = {"n"}}).at("n").cell(0), "007");
  EXPECT_EQ(read("{\"a\":1,\"b\":2}\n{\"a\":3}\n{\"a\":4}\n", {.columns = {"b", "a"}, .rows = 2}).names(), (Names{"b", "a"}));
  EXPECT_EQ(read("{\"a\":1,\"b\":2}\n{\"a\":3}\n{\"a\":4}\n", {.rows = 2}).rows(), 2);
}

TEST_F(JsonTable, BadInput) {
  EXPECT_ERROR(corrupt, read(""), "empty");
  EXPECT_ERROR(corrupt, read("{\"a\":1}\n{\"a\":2\n"), "line 2", "not JSON");
  EXPECT_ERROR(corrupt, read("{\"a\":1,\"a\":2}\n"), "line 1", "\"a\" stands there twice");
  EXPECT_ERROR(corrupt, read("5\n"), "line 1", "got \"5\"");
  EXPECT_ERROR(corrupt, read("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}\n"), "line 1", "nested deeper than 64");
  EXPECT_ERROR(corrupt, read("{\"a\":\"\xff\"}\n"), "line 1", "not JSON");
  EXPECT_ERROR(corrupt, read("[1,{\"b\":2}]\n"), "line 1");
  EXPECT_ERROR(corrupt, read("[\n{\"a\":1},\n5]\n"), "a row is expected");
  std::string wide;
  for (int i = 0; i < 70000; ++i) wide += "{\"c" + std::to_string(i) + "\":1}\n";
  EXPECT_ERROR(corrupt, read(wide), "columns of its own");
  // A file of a few megabytes must not ask for more memory than there is, nor join a long name for each of many cells.
  EXPECT_ERROR(corrupt, read("{\"" + std::string(5000, 'n') + "\":{\"a\":1}}\n"), "line 1", "a name of more than 4,096 bytes");
  wide = "{";
  for (int i = 0; i < 100000; ++i) wide += "\"c" + std::to_string(i) + "\":1,";
  wide.back() = '}';
  wide += '\n';
  for (std::size_t rows = available_memory() / 8 / 100000 * 2; rows > 0; --rows) wide += "{}\n";
  EXPECT_ERROR(memory, read(wide), "not enough memory");
}

/// A .npy file of version 1.
std::string npy(const std::string& descr, const std::string& shape, const std::string& bytes, bool fortran = false) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size() & 0xff) + static_cast<char>(header.size() >> 8) + header + bytes;
}
template <class T>
std::string raw(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}
std::string backwards(std::string bytes, std::size_t width) {
  for (std::size_t i = 0; i + width <= bytes.size(); i += width) std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.begin() + static_cast<std::ptrdiff_t>(i + width));
  return bytes;
}

class Numpy : public ::testing::Test {
 protected:
  Table read(const std::string& contents) { return read_table(folder.write("t.npy", contents)); }
  Tensor tensor(const std::string& contents) { return to_tensor(parse_npy(std::as_bytes(std::span(contents)), "t.npy")); }
  TemporaryFolder folder;
};

TEST_F(Numpy, Tables) {
  const Table t = read(npy("'<f8'", "(2, 3)", raw<double>({1, 2, 3, 4, 5, NAN})));
  EXPECT_EQ(t.names(), (Names{"column_1", "column_2", "column_3"}));
  EXPECT_EQ(t.at("column_2").numbers, (Values{2, 5}));
  EXPECT_EQ(t.at("column_3").missing(), 1);
  EXPECT_EQ(read(npy("'<i4'", "(2, 2)", raw<std::int32_t>({1, 2, 3, 4}), true)).at("column_1").numbers, (Values{1, 2}));
  EXPECT_EQ(read(npy("'>i2'", "(2,)", backwards(raw<std::int16_t>({-5, 300}), 2))).at("column_1").numbers, (Values{-5, 300}));
  EXPECT_EQ(read(npy("'|u1'", "(2,)", "\xff\x01")).at("column_1").numbers, (Values{255, 1}));
  EXPECT_EQ(read(npy("'<f2'", "(2,)", raw<std::uint16_t>({0x3c00, 0xc000}))).at("column_1").numbers, (Values{1, -2}));
  EXPECT_EQ(words(read(npy("'<U2'", "(2,)", raw<char32_t>({'a', 0, U'\u00fc', U'\u20ac'}))), "column_1"), (Names{"a", "\xc3\xbc\xe2\x82\xac"}));
  EXPECT_EQ(words(read(npy("'|S3'", "(2,)", std::string("ab\0abc", 6))), "column_1"), (Names{"ab", "abc"}));
  EXPECT_EQ(words(read(npy("'<M8[D]'", "(3,)", raw<std::int64_t>({19782, -1, INT64_MIN}))), "column_1"), (Names{"2024-02-29", "1969-12-31", ""}));
  EXPECT_EQ(words(read(npy("'<M8[ms]'", "(1,)", raw<std::int64_t>({-1}))), "column_1"), (Names{"1969-12-31 23:59:59"}));
  const std::string rows = raw<std::int32_t>({3}) + raw<double>({1.5}) + "ab" + raw<std::int32_t>({4}) + raw<double>({2.5}) + std::string("c\0", 2);
  const Table s = read(npy("[('n', '<i4'), ('x', '<f8'), ('name', '|S2')]", "(2,)", rows));
  EXPECT_EQ(s.names(), (Names{"n", "x", "name"}));
  EXPECT_EQ(s.at("x").numbers, (Values{1.5, 2.5}));
  EXPECT_EQ(words(s, "name"), (Names{"ab", "c"}));
}

TEST_F(Numpy, Tensors) {
  const Tensor f = tensor(npy("'<f4'", "(2, 1, 2)", raw<float>({1, 2, 3, 4})));
  EXPECT_EQ(f.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(f.dtype(), DType::f32);
  EXPECT_EQ(f.to_vector(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(tensor(npy("'<i8'", "(2, 2)", raw<std::int64_t>({1, 2, 3, INT64_MAX}), true)).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 3, 2, INT64_MAX}));
  EXPECT_EQ(tensor(npy("'>u2'", "(2,)", backwards(raw<std::uint16_t>({5, 65535}), 2))).to_vector<int>(), (std::vector<int>{5, 65535}));
  EXPECT_EQ(tensor(npy("'|b1'", "(2,)", std::string("\x01\0", 2))).dtype(), DType::boolean);
  EXPECT_EQ(tensor(npy("'<f8'", "()", raw<double>({2.5}))).item(), 2.5f);
}

TEST_F(Numpy, ArchivesOfArrays) {
  const std::string zip = testing::as_zip({{"a.npy", npy("'<i4'", "(2,)", raw<std::int32_t>({1, 2}))}, {"b.npy", npy("'<f8'", "(2, 2)", raw<double>({1, 2, 3, 4}))}, {"c.npy", npy("'|S1'", "(2,)", "xy")}});
  const std::string path = folder.write("t.npz", zip);
  const Table t = read_table(path);
  EXPECT_EQ(t.names(), (Names{"a", "b_1", "b_2", "c"}));
  EXPECT_EQ(t.at("b_2").numbers, (Values{2, 4}));
  EXPECT_EQ(words(t, "c"), (Names{"x", "y"}));
  EXPECT_FALSE(is_npz_dataset(path));
  EXPECT_ERROR(corrupt, read_npz_dataset(path), "a, b, c", "x_train");
  const std::string uneven = testing::as_zip({{"a.npy", npy("'<i4'", "(2,)", raw<std::int32_t>({1, 2}))}, {"b.npy", npy("'<f8'", "(1,)", raw<double>({1}))}});
  EXPECT_ERROR(corrupt, read_table(folder.write("u.npz", uneven)), "(b)", "1 rows", "2");
  EXPECT_ERROR(corrupt, read_table(folder.write("cut.npz", zip.substr(0, zip.size() / 2))), "cut.npz");
}

TEST_F(Numpy, RowsComeOneByOne) {
  constexpr int rows = 3000;
  std::string bytes, names;
  for (int i = 0; i < rows; ++i) bytes += raw<double>({i + .5, -1. * i}), names += i % 2 ? "odd" : "two";
  const std::string array = folder.write("t.npy", npy("'<f8'", "(3000, 2)", bytes));
  const std::string archive = folder.write("t.npz", testing::as_zip({{"x.npy", npy("'<f8'", "(3000, 2)", bytes)}, {"name.npy", npy("'|S3'", "(3000,)", names)}}));
  for (const std::string& path : {array, archive}) {
    const auto source = detail::open_rows(path, {}, true);
    ASSERT_TRUE(source) << path << " is read whole";
    TableStream stream(path, {}, 1 << 12);
    EXPECT_EQ(stream.names(), path == array ? (Names{"column_1", "column_2"}) : (Names{"x_1", "x_2", "name"}));
    int pieces = 0, row = 0;
    while (const std::optional<Table> piece = stream.next()) {
      ++pieces;
      EXPECT_LT(piece->rows(), 1000);
      for (std::int64_t r = 0; r < piece->rows(); ++r, ++row) {
        ASSERT_EQ(piece->columns[0].numbers[static_cast<std::size_t>(r)], row + .5);
        ASSERT_EQ(piece->columns[1].numbers[static_cast<std::size_t>(r)], -row);
        ASSERT_TRUE(path == array || piece->at("name").cell(r) == (row % 2 ? "odd" : "two")) << row;
      }
    }
    EXPECT_EQ(row, rows);
    EXPECT_GT(pieces, 3);
  }
  EXPECT_ERROR(invalid_argument, read_table(array, {.query = "select 1"}), "plain file");
  EXPECT_ERROR(corrupt, TableStream(folder.write("deep.npy", npy("'<f8'", "(1, 1, 1)", raw<double>({1})))), "3 axes");
  EXPECT_ERROR(corrupt, TableStream(folder.write("none.npy", npy("'<f8'", "(0, 2)", ""))).next(), "no rows");
}

TEST_F(Numpy, ArchivesOfExamples) {
  const auto write = [&](const std::string& y_train, const std::string& y_test) {
    return folder.write("e.npz", testing::as_zip({{"x_train.npy", npy("'<f8'", "(3, 2, 2)", raw<double>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}))},
                                                  {"y_train.npy", y_train},
                                                  {"x_test.npy", npy("'<f8'", "(1, 2, 2)", raw<double>({1, 1, 1, 1}))},
                                                  {"y_test.npy", y_test}}));
  };
  // 2^80 elements beside an empty axis are none.
  EXPECT_ERROR(corrupt, read_npz_dataset(write(npy("'<U1'", "(1099511627776, 1099511627776, 0)", ""), npy("'<U1'", "(1,)", raw<char32_t>({'a'})))), "e.npz", "y_train has 1,099,511,627,776");
  EXPECT_ERROR(shape, read_npz_dataset(write(npy("'<U1'", "(3, 1099511627776, 0)", ""), npy("'<U1'", "(1,)", raw<char32_t>({'a'})))), "targets [0]");
  const std::string path = write(npy("'<i8'", "(3, 1)", raw<std::int64_t>({0, 2, 1})), npy("'<i8'", "(1,)", raw<std::int64_t>({1})));
  EXPECT_TRUE(is_npz_dataset(path));
  const Split split = read_npz_dataset(path);
  EXPECT_EQ(split.train.features.shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(split.train.features.dtype(), DType::f32);
  EXPECT_EQ(split.train.targets.to_vector<int>(), (std::vector<int>{0, 2, 1}));
  EXPECT_EQ(split.train.class_names.size(), 3u);
  EXPECT_EQ(split.test.class_names.size(), 3u);
  EXPECT_EQ(split.test.rows(), 1);
  const Split named = read_npz_dataset(write(npy("'|S3'", "(3,)", "redtopred"), npy("'|S3'", "(1,)", "top")));
  EXPECT_EQ(named.train.class_names, (Names{"red", "top"}));
  EXPECT_EQ(named.test.targets.to_vector<int>(), (std::vector<int>{1}));
  EXPECT_ERROR(corrupt, read_npz_dataset(write(npy("'|S3'", "(3,)", "redtopred"), npy("'|S3'", "(1,)", "sky"))), "\"sky\"", "does not occur in training");
  EXPECT_ERROR(corrupt, read_npz_dataset(write(npy("'<i8'", "(2,)", raw<std::int64_t>({0, 1})), npy("'<i8'", "(1,)", raw<std::int64_t>({1})))), "e.npz", "x_train has 3 rows", "y_train has 2");
  EXPECT_ERROR(corrupt, read_npz_dataset(write(npy("'<i8'", "()", raw<std::int64_t>({0})), npy("'<i8'", "(1,)", raw<std::int64_t>({1})))), "y_train has 1");
  EXPECT_FALSE(read_npz_dataset(write(npy("'<f8'", "(3,)", raw<double>({.5, 1, 2})), npy("'<f8'", "(1,)", raw<double>({1})))).train.is_classification());
}

TEST_F(Numpy, BadInput) {
  EXPECT_ERROR(unsupported, read(npy("'|O'", "(2,)", "12345678")), "Python objects");
  EXPECT_ERROR(unsupported, read(npy("'<c16'", "(1,)", std::string(16, '\0'))), "\"<c16\"");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(2, 3)", raw<double>({1, 2, 3}))), "(2, 3)", "24 there are", "cut off");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(4611686018427387904, 4)", "")), "shape");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(1099511627776, 1099511627776)", "")), "cut off");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(1099511627776, 0)", "")), "no columns");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(-1,)", "")), "shape");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(2, 1, 1)", raw<double>({1, 2}))), "3 axes");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(0, 3)", "")), "no rows");
  EXPECT_ERROR(corrupt, read(npy("'<f8'", "(1,", "12345678")), "NumPy");
  EXPECT_ERROR(corrupt, read(std::string("\x93NUMPY\x01\0\xff\xff{'descr'", 18)), "cut off");
  EXPECT_ERROR(unsupported, read(std::string("\x93NUMPY\x09\0\x01\0{", 11)), "version 9");
}

// Databases.

TEST(Sqlite, QueriesAndTables) {
  const TemporaryFolder folder;
  const std::string path = folder / "shop.db";
  if (!testing::run_sqlite(path, "create table customers(id integer, name text, age real, n text); insert into customers values (1,'ann',30.5,'7'),(2,'bob',null,'8'),(3,null,12,'9');"))
    GTEST_SKIP() << "needs libsqlite3.so.0";
  const Table t = read_table("sqlite:" + path);
  EXPECT_EQ(t.names(), (Names{"id", "name", "age", "n"}));
  EXPECT_EQ(t.at("id").numbers, (Values{1, 2, 3}));
  EXPECT_EQ(words(t, "name"), (Names{"ann", "bob", ""}));
  EXPECT_EQ(t.at("age").missing(), 1);
  EXPECT_EQ(t.at("n").numbers, (Values{7, 8, 9}));
  EXPECT_TRUE(has(t, "sql.text-numbers"));
  EXPECT_NE(t.source.find("select * from \"customers\""), std::string::npos);
  EXPECT_EQ(read_table(path, {.query = "select age + 1 as older from customers where id = 1;"}).at("older").numbers, (Values{31.5}));
  EXPECT_EQ(read_table("sqlite://" + path, {.query = "customers", .rows = 2}).rows(), 2);
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "select nope from customers"}), "the query failed", "no such column: nope");
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "delete from customers"}), "must be a select");
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "delete from customers returning id"}), "would change the database");
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "select 1; select 2"}), "more than one statement");
  EXPECT_ERROR(corrupt, read_table(path, {.query = "select * from customers where id > 10"}), "no rows");
  EXPECT_ERROR(corrupt, read_table(path, {.query = "select x'00ff' as bytes"}), "\"bytes\" holds bytes");
  EXPECT_ERROR(corrupt, read_table(path, {.query = "select 1 as a, 2 as a"}), "several columns are named \"a\"");
  EXPECT_EQ(read_table(path).rows(), 3);
  ASSERT_TRUE(testing::run_sqlite(path, "create table orders(id)"));
  EXPECT_ERROR(invalid_argument, read_table(path), "several tables (customers, orders)", "--query");
  EXPECT_ERROR(not_found, read_table("sqlite:" + (folder / "no.db")), "no.db");
  EXPECT_ERROR(corrupt, read_table("sqlite:" + folder.write("text.db", std::string(5000, 'x'))), "not a");
  EXPECT_ERROR(corrupt, read_table(folder.write("cut.db", "SQLite format 3" + std::string(1, '\0') + std::string(500, '\1'))), "cut.db");
  EXPECT_ERROR(invalid_argument, read_table(folder.write("t.csv", "a\n1\n"), {.query = "select 1"}), "a plain file");
}

/// A server of the test's own on a socket in the folder; PostgreSQL does not run as root.
class Postgres {
 public:
  explicit Postgres(const TemporaryFolder& folder) : data_(folder / "data"), socket_(folder.path()) {
    if (run("command -v initdb || ls /usr/lib/postgresql/*/bin/initdb") != 0) return;
    run("chmod 777 " + socket_);
    if (run(as_user_ + "$BIN/initdb -D " + data_ + " -A trust -U candor --no-sync") != 0) return;
    running_ = run(as_user_ + "$BIN/pg_ctl -D " + data_ + " -w -o \"-k " + socket_ + " -c listen_addresses='' -c fsync=off\" start") == 0;
  }
  ~Postgres() {
    if (running_) run(as_user_ + "$BIN/pg_ctl -D " + data_ + " -m immediate stop");
  }
  bool running() const { return running_; }
  bool sql(const std::string& text) { return run("$BIN/psql -h " + socket_ + " -U candor -d postgres -v ON_ERROR_STOP=1 -c \"" + text + "\"") == 0; }
  std::string url() const { return "postgresql://candor:secret@/postgres?host=" + socket_; }

 private:
  static int run(const std::string& command) {
    return std::system(("BIN=$(dirname $(readlink -f $(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -1) 2>/dev/null) 2>/dev/null); cd /; (" + command + ") > /dev/null 2>&1").c_str());
  }
  std::string data_, socket_, as_user_ = ::getuid() == 0 ? "runuser -u postgres -- " : "";
  bool running_ = false;
};

TEST(PostgreSql, QueriesAndTables) {
  const TemporaryFolder folder;
  Postgres server(folder);
  if (!server.running()) GTEST_SKIP() << "needs a PostgreSQL server that can be started (initdb, pg_ctl)";
  ASSERT_TRUE(server.sql("create table customers(id int, name text, age double precision, price numeric(10,2), yes boolean, day date);"
                         "insert into customers values (1,'ann',30.5,2.25,true,'2024-02-29'),(2,'bob',null,-3,false,null),(3,null,12,1000000,null,'1999-12-31')"));
  const Table t = read_table(server.url(), {.query = "customers"});
  EXPECT_EQ(t.names(), (Names{"id", "name", "age", "price", "yes", "day"}));
  EXPECT_EQ(t.at("id").numbers, (Values{1, 2, 3}));
  EXPECT_EQ(t.at("price").numbers, (Values{2.25, -3, 1000000}));
  EXPECT_EQ(t.at("age").missing(), 1);
  EXPECT_EQ(words(t, "yes"), (Names{"true", "false", ""}));
  EXPECT_EQ(words(t, "day"), (Names{"2024-02-29", "", "1999-12-31"}));
  EXPECT_EQ(t.source.find("secret"), std::string::npos);
  EXPECT_EQ(read_table(server.url(), {.query = "select count(*) as n from public.customers;"}).at("n").numbers, (Values{3}));
  EXPECT_EQ(read_table(server.url(), {.query = "select generate_series(1, 5000) as n", .rows = 7}).rows(), 7);
  TableStream stream(server.url(), {.query = "select n, 'w' || n as w, case when n > 3000 then n end as late from generate_series(1, 5000) as n"}, 1 << 13);
  EXPECT_EQ(stream.names(), (Names{"n", "w", "late"}));
  std::int64_t rows = 0, pieces = 0;
  while (const auto piece = stream.next()) {
    EXPECT_EQ(piece->at("n").numbers[0], static_cast<double>(rows + 1));
    EXPECT_EQ(piece->at("w").cell(0), "w" + std::to_string(rows + 1));
    rows += piece->rows(), ++pieces;
  }
  EXPECT_EQ(rows, 5000);
  EXPECT_GT(pieces, 5);
  EXPECT_ERROR(invalid_argument, read_table(server.url(), {.query = "select nope from customers"}), "the query failed", "nope");
  EXPECT_ERROR(invalid_argument, read_table(server.url(), {.query = "delete from customers"}), "read-only");
  EXPECT_ERROR(invalid_argument, read_table(server.url(), {.query = "select 1; select 2"}), "multiple commands");
  EXPECT_ERROR(invalid_argument, read_table(server.url()), "--query");
  EXPECT_ERROR(corrupt, read_table(server.url(), {.query = "select * from customers where id > 9"}), "no rows");
}

TEST(PostgreSql, NoServer) {
  if (!::dlopen("libpq.so.5", RTLD_NOW)) GTEST_SKIP() << "needs libpq.so.5";
  EXPECT_ERROR(io, read_table("postgresql://candor:secret@127.0.0.1:1/none", {.query = "t"}), "does not answer", "postgresql://candor@127.0.0.1:1/none");
}

/// Runs SQL in DuckDB; false where its library is not found.
bool run_duckdb(const std::string& sql) {
  const char* const path = std::getenv("CANDOR_DUCKDB");
  void* library = path && *path ? ::dlopen(path, RTLD_NOW) : nullptr;
  if (!library) library = ::dlopen("libduckdb.so", RTLD_NOW);
  if (!library) return false;
  const auto open = reinterpret_cast<int (*)(const char*, void**)>(::dlsym(library, "duckdb_open"));
  const auto connect = reinterpret_cast<int (*)(void*, void**)>(::dlsym(library, "duckdb_connect"));
  const auto query = reinterpret_cast<int (*)(void*, const char*, void*)>(::dlsym(library, "duckdb_query"));
  const auto disconnect = reinterpret_cast<void (*)(void**)>(::dlsym(library, "duckdb_disconnect"));
  const auto close = reinterpret_cast<void (*)(void**)>(::dlsym(library, "duckdb_close"));
  void *database = nullptr, *connection = nullptr;
  const bool done = open(nullptr, &database) == 0 && connect(database, &connection) == 0 && query(connection, sql.c_str(), nullptr) == 0;
  disconnect(&connection);
  close(&database);
  return done;
}

TEST(DuckDb, ParquetAndSqlOverFiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "t.parquet";
  if (!run_duckdb("copy (select * from (values (1, 'x', date '2024-01-02', 1.5::decimal(9,2), true), (null, 'a longer text than twelve', null, 2.25, null)) t(a, b, d, p, t)) to '" + path + "' (format parquet)"))
    GTEST_SKIP() << "needs DuckDB's library (CANDOR_DUCKDB)";
  const Table t = read_table(path);
  EXPECT_EQ(t.names(), (Names{"a", "b", "d", "p", "t"}));
  EXPECT_EQ(t.at("a").numbers[0], 1);
  EXPECT_EQ(t.at("a").missing(), 1);
  EXPECT_EQ(words(t, "b"), (Names{"x", "a longer text than twelve"}));
  EXPECT_EQ(words(t, "d"), (Names{"2024-01-02", ""}));
  EXPECT_EQ(t.at("p").numbers, (Values{1.5, 2.25}));
  EXPECT_EQ(words(t, "t"), (Names{"true", ""}));
  EXPECT_EQ(read_table(path, {.query = "select sum(p) as s from data"}).at("s").numbers, (Values{3.75}));
  const std::string csv = folder.write("a.csv", "x,y\n1,2\n3,4\n");
  folder.write("b.csv", "x,y\n5,6\n");
  EXPECT_EQ(read_table("duckdb:" + csv, {.query = "select x + y as z from data"}).at("z").numbers, (Values{3, 7}));
  EXPECT_EQ(read_table("duckdb:" + (folder / "*.csv")).rows(), 3);
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "select nope from data"}), "the query failed", "nope");
  EXPECT_ERROR(invalid_argument, read_table(folder.write("cut.parquet", "PAR1 and nothing more")), "cut.parquet", "failed");
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "select 1 as a; select 2 as b"}), "the query failed");
  EXPECT_ERROR(invalid_argument, read_table(path, {.query = "drop view data"}), "failed");
  EXPECT_ERROR(corrupt, read_table(path, {.query = "select 'a'::blob as bytes"}), "\"bytes\" holds bytes");
  EXPECT_ERROR(corrupt, read_table(path, {.query = "select * from data where a > 5"}), "gives no rows");
}

TEST(DuckDb, AnswersInPieces) {
  const TemporaryFolder folder;
  const std::string path = folder / "t.parquet";
  if (!run_duckdb("copy (select i as n, 'w' || (i % 7) as w, case when i > 20000 then i / 2.0 end as late from range(30000) r(i)) to '" + path + "' (format parquet)"))
    GTEST_SKIP() << "needs DuckDB's library (CANDOR_DUCKDB)";
  for (const std::size_t bytes : {std::size_t{1} << 12, std::size_t{1} << 16, std::size_t{1} << 26}) {
    TableStream stream(path, {}, bytes);
    EXPECT_EQ(stream.names(), (Names{"n", "w", "late"}));
    std::int64_t rows = 0, pieces = 0;
    while (const auto piece = stream.next()) {
      EXPECT_EQ(piece->at("n").numbers[0], static_cast<double>(rows));
      EXPECT_EQ(piece->at("w").cell(0), "w" + std::to_string(rows % 7));
      rows += piece->rows(), ++pieces;
    }
    EXPECT_EQ(rows, 30000);
    EXPECT_TRUE(bytes == std::size_t{1} << 26 ? pieces == 1 : pieces > 5) << pieces;
  }
  TableStream some("duckdb:" + path, {.query = "select n from data order by n desc", .rows = 7}, 1 << 12);
  EXPECT_EQ(some.next()->at("n").numbers.back(), 29993);
  const auto drain = [](TableStream stream) {
    while (stream.next()) {
    }
  };
  EXPECT_ERROR(invalid_argument, drain(TableStream(path, {.query = "select case when n = 25000 then cast(w as int) else 1 end as x from data"}, 1 << 12)), "the query failed", "w3");
}

TEST(DuckDb, WithoutItsLibrary) {
  const TemporaryFolder folder;
  if (run_duckdb("select 1")) GTEST_SKIP() << "DuckDB is there";
  EXPECT_ERROR(unsupported, read_table(folder.write("t.parquet", "PAR1")), "CANDOR_DUCKDB", "libduckdb.so");
}

TEST(TableSources, PasswordsAreTakenOutOfAddresses) {
  EXPECT_EQ(without_password("postgresql://anna:geheim@host:5432/shop"), "postgresql://anna@host:5432/shop");
  EXPECT_EQ(without_password("postgres://anna:g%40h@eim@host/shop"), "postgres://anna@host/shop");
  EXPECT_EQ(without_password("--test-data=postgresql://anna:geheim@host/shop"), "--test-data=postgresql://anna@host/shop");
  EXPECT_EQ(without_password("postgresql://host/shop?user=anna&password=geheim"), "postgresql://host/shop?user=anna");
  EXPECT_EQ(without_password("postgresql://host/shop?password=geheim&user=anna"), "postgresql://host/shop?user=anna");
  for (const char* same : {"postgresql://host:5432/shop", "postgresql://anna@host:5432/shop", "a.csv", "me@home:3"}) EXPECT_EQ(without_password(same), same);
}

}  // namespace
}  // namespace candor::data
