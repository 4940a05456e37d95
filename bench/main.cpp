// candor_bench: Candor and its peers on the same data, initial weights and batch order in one run.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "bench/measure.h"
#include "bench/report.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"

namespace {

using namespace candor;
using namespace candor::bench;

constexpr const char* usage = R"(./dev bench [options] [CASE...]    Candor beside its peers, on the same data, initial weights and batch order
  --json           a line of JSON for each system and case instead of a table
  --peers          make the virtual environment with the peers first, when it is not there (.venv/bench or CANDOR_BENCH_VENV)
  --no-peers       Candor alone
  --peer NAME      only peers whose name contains NAME (jax, pytorch:eager); may be said several times
  --rounds N       repetitions of each system, interleaved (5); the median counts
  --markdown FILE  also write the table of docs/performance.md; what FILE says behind its first "## " stays
  --threads N      every system on so many threads (all cores)
  --isa SET        avx2 or sse4: no better instructions, for Candor and for the peers that can be told so (not LiteRT, not ONNX Runtime)
  --kernels        where Candor's time goes, kernel by kernel
  --list           the cases
MNIST comes from CANDOR_DATA, the curves of the parity gates from CANDOR_FIXTURES.
Ratio: how many times faster than the best peer of this run. A case counts only when the losses agree.
)";

struct Options {
  bool json = false, list = false, kernels = false, peers = true;
  std::string markdown, python;
  int rounds = 5;
  std::vector<std::string> cases, named_peers;
};

void set(const char* name, const char* value) { ::setenv(name, value, 1); }

// Candor and its peers read the environment when they start.
void keep_to(const std::string& isa) {
  if (isa != "avx2" && isa != "sse4") fail(ErrorKind::invalid_argument, "bench: --isa: expected avx2 or sse4, got " + candor::quoted(isa));
  const bool avx2 = isa == "avx2";
  set("CANDOR_ISA", isa.c_str());
  set("ATEN_CPU_CAPABILITY", avx2 ? "avx2" : "default");
  set("ONEDNN_MAX_CPU_ISA", avx2 ? "AVX2" : "SSE41");
  set("MKL_ENABLE_INSTRUCTIONS", avx2 ? "AVX2" : "SSE4_2");
  set("OPENBLAS_CORETYPE", avx2 ? "Haswell" : "Nehalem");
  set("XLA_FLAGS", avx2 ? "--xla_cpu_max_isa=AVX2" : "--xla_cpu_max_isa=SSE4_2");
}

Options parse(int argc, char** argv) {
  Options o;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto next = [&]() -> const std::string& {
      if (i + 1 >= words.size()) fail(ErrorKind::invalid_argument, "bench: " + words[i] + " needs a value");
      return words[++i];
    };
    if (words[i] == "--json") o.json = true;
    else if (words[i] == "--list") o.list = true;
    else if (words[i] == "--kernels") o.kernels = true;
    else if (words[i] == "--no-peers") o.peers = false;
    else if (words[i] == "--peer") o.named_peers.push_back(next());
    else if (words[i] == "--markdown") o.markdown = next();
    else if (words[i] == "--python") o.python = next();
    else if (words[i] == "--rounds") {
      const auto n = parse_integer(next());
      if (!n || *n < 1 || *n > 1000) fail(ErrorKind::invalid_argument, "bench: --rounds: expected 1 to 1000, got " + candor::quoted(words[i]));
      o.rounds = static_cast<int>(*n);
    } else if (words[i] == "--threads") {
      const auto n = parse_integer(next());
      if (!n || *n < 1 || *n > 1024) fail(ErrorKind::invalid_argument, "bench: --threads: expected 1 to 1024, got " + candor::quoted(words[i]));
      set("CANDOR_THREADS", words[i].c_str());
    } else if (words[i] == "--isa") {
      keep_to(next());
    } else if (words[i] == "--help" || words[i] == "-h") {
      std::cout << usage;
      std::exit(0);
    } else if (words[i].rfind("-", 0) == 0) {
      fail(ErrorKind::invalid_argument, "bench: no option " + words[i] + "\n" + usage);
    } else {
      o.cases.push_back(words[i]);
    }
  }
  return o;
}

std::vector<Case> chosen(const std::vector<Case>& all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<Case> result;
  std::vector<std::string> known;
  for (const auto& c : all) known.push_back(c.name);
  for (const auto& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end())
      fail(ErrorKind::invalid_argument, "bench: no case " + candor::quoted(name) + did_you_mean(name, known) + "; there are " + name_list(known, 100));
    result.push_back(all[static_cast<std::size_t>(found - known.begin())]);
  }
  return result;
}

void keep_peers(std::vector<Case>& cases, const std::vector<std::string>& named) {
  if (named.empty()) return;
  std::size_t kept = 0;
  for (Case& c : cases) {
    std::erase_if(c.peers, [&](const std::string& peer) { return std::none_of(named.begin(), named.end(), [&](const std::string& name) { return peer.find(name) != std::string::npos; }); });
    kept += c.peers.size();
  }
  if (kept == 0) fail(ErrorKind::invalid_argument, "bench: no case asked for has a peer " + candor::quoted(named.front()));
}

std::vector<Measured> measure(const Case& c, const Settings& settings) {
  if (c.kind == "process") return measure_process(c, settings);
  if (c.kind == "extra") return measure_extra(c, settings);
  if (c.kind == "vmap") return measure_vmap(c, settings);
  if (c.kind == "custom_loop") return measure_custom_loop(c, settings);
  if (c.kind == "checks_cost") return measure_checks_cost(c, settings);
  if (c.kind == "resume_cost") return measure_resume_cost(c, settings);
  return measure_case(c, settings);
}

int bench_main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const std::vector<Case> all = read_cases(CANDOR_BENCH_SOURCE "/cases.json");
  if (options.list) {
    for (const auto& c : all) std::cout << c.name << '\n';
    return 0;
  }
  if (options.kernels) {
    for (const auto& c : chosen(all, options.cases))
      if (!c.layers.empty() || c.gpt.width || c.recurrent.units || !c.vision.net.empty()) std::cout << kernels_of(c) << std::endl;
    return 0;
  }
  const auto own = std::filesystem::canonical("/proc/self/exe").parent_path();
  Settings settings;
  settings.root = std::filesystem::path(CANDOR_BENCH_SOURCE).parent_path();
  settings.programs = own;
  settings.program = own.parent_path() / "candor";
  settings.rounds = options.rounds;
  settings.place = {options.peers ? options.python : "", CANDOR_BENCH_SOURCE "/peers", own, own / "work"};
  settings.say = [](const std::string& text) { std::cerr << "bench: " << text << std::endl; };
  if (options.peers && options.python.empty()) settings.say("no peers: `./dev bench --peers` makes their virtual environment");

  std::string rest;  // what people have written behind the table
  if (!options.markdown.empty() && std::filesystem::exists(options.markdown)) {
    const std::string page = read_file(options.markdown);
    if (const auto at = page.find("\n## "); at != std::string::npos) rest = page.substr(at);
  }
  std::vector<Measured> rows;
  bool failed = false;
  std::vector<Case> cases = chosen(all, options.cases);
  keep_peers(cases, options.named_peers);
  for (const auto& c : cases) {
    try {
      const auto more = measure(c, settings);
      if (options.json)
        for (const auto& row : more) std::cout << json_line(row) << std::endl;
      else std::cout << table(more, rows.empty()) << std::flush;
      rows.insert(rows.end(), more.begin(), more.end());
      // After each case, so that a run that is stopped leaves what it has measured.
      if (!options.markdown.empty()) write_atomically(options.markdown, markdown(rows, machine_line()) + rest);
    } catch (const std::exception& e) {
      settings.say(c.name + ": " + e.what());
      failed = true;
    }
    std::filesystem::remove_all(settings.place.work + "/" + c.name);
  }
  return failed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench_main(argc, argv);
  } catch (const candor::Error& e) {
    std::cerr << e.what() << '\n';
    return candor::exit_code(e.kind());
  } catch (const std::exception& e) {
    std::cerr << "bench: " << e.what() << '\n';
    return 1;
  }
}
