// Writes the seed corpora: candor_fuzz_seeds FOLDER makes FOLDER/fuzz_NAME/*.
#include <cstdio>
#include <string>

#include "candor/base/file.h"
#include "candor/base/error.h"
#include "candor/formats/config_json.h"
#include "tests/candid/report_samples.h"
#include "tests/fuzz/model_seeds.h"
#include "tests/fuzz/table_seeds.h"
#include "tests/support/gzip.h"
#include "tests/support/pictures.h"

namespace {

using candor::testing::pattern;

std::string folder;

void seed(const std::string& target, const std::string& name, const std::string& contents) {
  if (contents.empty()) return;  // a format this build lacks
  candor::make_folders(folder + "/" + target);
  candor::write_atomically(folder + "/" + target + "/" + name, contents);
}

std::string little64(std::uint64_t value) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string safetensors(const std::string& header, const std::string& data) { return little64(header.size()) + header + data; }

/// A tar of one file; the target puts the sum of its header right.
std::string tar(const std::string& name, const std::string& contents) {
  std::string head(512, '\0'), size;
  for (int shift = 30; shift >= 0; shift -= 3) size += static_cast<char>('0' + (contents.size() >> shift & 7));
  head.replace(0, name.size(), name).replace(124, size.size(), size).replace(156, 1, "0").replace(257, 5, "ustar");
  return head + contents + std::string((512 - contents.size() % 512) % 512, '\0') + std::string(1024, '\0');
}

/// A .npy file of version 1.
std::string npy(const std::string& descr, const std::string& shape, const std::string& bytes) {
  const std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header + bytes;
}

void write_table_seeds() {
  const std::string plain(1, '\0');
  seed("fuzz_table", "comma", plain + "# note\nname,age,risk\nann,30,low\nbob,NA,high\n\"c,\n\"\"d\",1e3,low\nTotal,31,\n");
  seed("fuzz_table", "semicolon", plain + "\xef\xbb\xbf" "a;b;c\r\n1,5;1.234,5;gr\xfcn\r\n-0,25;12;x\r\n");
  seed("fuzz_table", "blanks", "\x02" "  a  b\n 1   2\n3 4  \n");
  seed("fuzz_table", "utf16", plain + std::string("\xff\xfe" "a\0,\0b\0\n\0" "1\0,\0" "2\0\n\0", 18));
  seed("fuzz_table", "numbers", plain + "x,y\n1e400,-.5\n\"1,234\",inf\n12345678901234567890,+7\n");
  seed("fuzz_table", "trailing", plain + "Title\na,b,\n1,2,\n3,4,\n,,\n");
  seed("fuzz_json_table", "lines", "{\"a\":1,\"b\":{\"c\":[1,{\"d\":null}]},\"e\":\"x\"}\n\n{\"e\":\"2.5\",\"f\":true}\n");
  seed("fuzz_json_table", "lists", "[1,\"a\",null]\n[-2e3,\"\\u00fc\",false]\n");
  seed("fuzz_json_table", "document", "[\n{\"a\":1},\n{\"a\":\"x\"}]");
  seed("fuzz_numpy", "f8", npy("'<f8'", "(1, 2)", std::string(16, '\1')));
  seed("fuzz_numpy", "text", npy("'<U2'", "(2,)", std::string("a\0\0\0b\0\0\0c\0\0\0\0\0\0\0", 16)));
  seed("fuzz_numpy", "fields", npy("[('n', '>i2'), ('d', '<M8[D]'), ('', '|V1'), ('s', '|S2')]", "(1,)", "\1\2" "12345678" "0" "ab"));
}

void write_seeds() {
  write_table_seeds();
  seed("fuzz_tar", "text", tar("aclImdb/train/pos/0_9.txt", "Fine, and short."));
  seed("fuzz_tar", "batch", tar("cifar-10-batches-bin/data_batch_1.bin", std::string(700, 'x')));
  const std::string idx1{0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3}, idx3{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 5, 6, 7, 8};
  seed("fuzz_idx", "labels", idx1);
  seed("fuzz_idx", "images", idx3);
  seed("fuzz_idx", "images.gz", candor::testing::gzip(idx3));
  seed("fuzz_idx", "i16", {0, 0, 11, 1, 0, 0, 0, 1, 1, 2});
  seed("fuzz_idx", "f64", {0, 0, 14, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  seed("fuzz_series", "days", std::string(1, '\0') + "%Y-%m-%d\nday,y\n2020-01-01,1\n2020-01-02,2\n2020-01-04,4\n2020-01-05,5\n2020-01-06,6\n2020-01-07,7\n2020-01-08,8\n");
  seed("fuzz_series", "months", "\x60" "%b %Y\nmonth,y\nJan 2020,1\nFeb 2020,\nMar 2020,3\nApr 2020,4\nMay 2020,5\nJun 2020,6\n");
  seed("fuzz_series", "hours", "\x07" "%d.%m.%Y %H:%M\nt;y\n01.01.2020 00:00;1\n01.01.2020 01:00;2\n01.01.2020 01:20;3\n01.01.2020 03:00;4\n01.01.2020 03:00;5\n01.01.2020 04:00;5\n01.01.2020 05:00;5\n");
  seed("fuzz_series", "groups", std::string(1, '\0') + "%Y\nshop,year,y\na,2019,1\na,2020,2\na,2021,3\na,2022,2\na,2023,3\nb,2019,1\nb,2020,2\nb,2021,3\n");
  seed("fuzz_csv", "comma", std::string(1, '\0') + "speed,age,group\n1,2.5,0\n-3,4e2,1\n5,6,0\n7,8,1\n");
  seed("fuzz_csv", "quotes", std::string(1, '\0') + "\xef\xbb\xbf\"a \"\"b\"\"\";c\r\n\"1\";x\r\n\"2\";\"y\nz\"\r\n");
  seed("fuzz_csv", "tab", "\x04" "1\t2\n3\t4\n");
  seed("fuzz_csv", "blank", "\x1b" "1 2\n3 4\n");
  for (int channels : {1, 3}) {
    const auto image = pattern(6, 5, channels);
    const std::string depth = std::to_string(channels);
    seed("fuzz_image", "pnm" + depth, candor::testing::as_pnm(image));
    seed("fuzz_image", "text" + depth, candor::testing::as_text_pnm(image));
    seed("fuzz_image", "bmp" + depth, candor::testing::as_bmp(image));
    seed("fuzz_image", "png" + depth, candor::testing::as_png(image));
    seed("fuzz_image", "jpeg" + depth, candor::testing::as_jpeg(image));
    seed("fuzz_image", "tiff" + depth, candor::testing::as_tiff(image, channels == 1 ? 16 : 8, 1 + channels));
    seed("fuzz_image", "pnm16" + depth, candor::testing::as_pnm16(image));
    seed("fuzz_image", "png16" + depth, candor::testing::as_png16(image));
    seed("fuzz_image", "exif" + depth, candor::testing::with_exif(candor::testing::as_jpeg(image), 5 + channels));
    seed("fuzz_image", "progressive" + depth, candor::testing::as_jpeg(image, 90, true));
  }
  seed("fuzz_image", "png4", candor::testing::as_png(pattern(3, 3, 4)));
  seed("fuzz_image", "cmyk", candor::testing::as_cmyk_jpeg(pattern(4, 3, 4)));
  seed("fuzz_image", "tiff4", candor::testing::as_tiff(pattern(3, 3, 4)));
  for (int channels : {3, 4}) seed("fuzz_image", "webp" + std::to_string(channels), candor::testing::as_webp(pattern(5, 6, channels)));
  const std::vector<std::pair<std::string, std::string>> files{{"cat/1.ppm", candor::testing::as_pnm(pattern(2, 3, 3))}, {"./dog//2.bmp", candor::testing::as_bmp(pattern(2, 3, 3))}, {"README.md", "words"}};
  seed("fuzz_archive", "zip", candor::testing::as_zip(files));
  seed("fuzz_archive", "tar", candor::testing::as_tar(files));
  seed("fuzz_archive", "tar.gz", candor::testing::gzip(candor::testing::as_tar(files)));
  seed("fuzz_archive", "outside", candor::testing::as_zip({{"../../x/1.ppm", "P5 1 1 255\nx"}}));
  seed("fuzz_image", "pbm", "P1 3 2 1 0 1 010");
  seed("fuzz_image", "pbm4", "P4 3 2\n\xa0\x40");
  seed("fuzz_safetensors", "two", safetensors(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                              R"("b":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]}})", "12345678abc"));
  seed("fuzz_safetensors", "empty", safetensors("{}", ""));
}

/// A report of each kind, with lists cut short: the fuzzer needs small ones.
void write_report_seeds() {
  using candor::candid::Report;
  namespace samples = candor::testing;
  int number = 0;
  for (Report r : {samples::classification_report(), samples::regression_report(), samples::series_report(), samples::hostile_report(), Report{}}) {
    for (auto* curves : {&r.losses, &r.metrics, &r.roc, &r.precision_recall, &r.calibration, &r.forecasts}) {
      curves->resize(std::min<std::size_t>(curves->size(), 2));
      for (candor::candid::Curve& c : *curves)
        for (auto* values : {&c.x, &c.y, &c.low, &c.high}) values->resize(std::min<std::size_t>(values->size(), 3));
    }
    r.predicted.x.resize(std::min<std::size_t>(r.predicted.x.size(), 3)), r.predicted.y.resize(r.predicted.x.size());
    if (r.map) r.map->columns = r.map->rows = 2, r.map->values.resize(4), r.map->points.resize(2);
    for (auto& example : {&r.worst, &r.least_certain}) example->resize(std::min<std::size_t>(example->size(), 1));
    seed("fuzz_report", std::to_string(number++), candor::formats::to_json(candor::candid::report_config(r)));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  try {
    write_seeds();
    write_report_seeds();
    candor::fuzz::write_model_seeds(folder + "/fuzz_model");
    candor::fuzz::write_config_seeds(folder + "/fuzz_config");
    candor::fuzz::write_table_seeds(folder + "/fuzz_recipe");
  } catch (const candor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
