#include <cstdio>

#include "candor/train/profile/profile.h"

namespace candor {
namespace {

// Names of ops and layers as a JSON string; layers may have any name.
std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (static_cast<unsigned char>(c) < 0x20) out += ' ';
    else out += c;
  }
  return out + '"';
}

}  // namespace

// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU: complete events ("ph": "X"), times in microseconds.
std::string chrome_trace(const Profile& p) {
  std::string out = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":1,\"args\":{\"name\":";
  out += json_text(std::string(p.training ? "a step of training" : "a prediction") + ", batch " + std::to_string(p.batch_size)) + "}}";
  char numbers[200];
  for (const KernelTime& kernel : p.kernels) {
    std::snprintf(numbers, sizeof numbers, "\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"flops\":%.0f,\"bytes\":%zu,", kernel.row.began * 1e6, kernel.row.took * 1e6, kernel.row.flops, kernel.row.bytes);
    out += ",\n{\"name\":" + json_text(kernel.row.op) + ",\"cat\":\"kernel\",\"ph\":\"X\",\"pid\":1,\"tid\":1," + numbers + "\"kernel\":" + json_text(kernel.row.kernel) +
           ",\"where\":" + json_text(kernel.row.path) + ",\"type\":" + json_text(kernel.row.type) + ",\"note\":" + json_text(kernel.row.note) + "}}";
  }
  return out + "\n]}\n";
}

}  // namespace candor
