#include "candor/backends/cpu/machine.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "candor/base/error.h"
#ifdef CANDOR_ONEDNN
#include <dnnl.h>
#endif

namespace candor::cpu {
namespace {

#if defined(__x86_64__)
bool has_f16c() {  // a name that not every compiler's __builtin_cpu_supports knows
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}
#endif

Isa detected_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  // The sets that Highway's targets of these names may use.
  if (!(__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes"))) return Isa::none;
  if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
        has_f16c()))
    return Isa::sse4;
  if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw")))
    return Isa::avx2;
  return Isa::avx512;
#else
  return Isa::sse4;  // one static target of 128 bits
#endif
}

Bf16 detected_bf16() {
#if defined(__x86_64__)
  constexpr unsigned avx512_bf16 = 1u << 5, amx_bf16 = 1u << 22, amx_tile = 1u << 24, xsave = 1u << 27, tile_state = 3u << 17;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (detected_isa() < Isa::avx512 || !__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a & avx512_bf16)) return Bf16::none;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & xsave) || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & (amx_bf16 | amx_tile)) != (amx_bf16 | amx_tile)) return Bf16::avx512;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));  // which registers the kernel saves
  return (low & tile_state) == tile_state ? Bf16::amx : Bf16::avx512;
#else
  return Bf16::none;
#endif
}

struct Asked {
  Isa isa;
  Bf16 bf16;
};

Asked asked() {
  const char* text = std::getenv("CANDOR_ISA");
  if (!text || !*text) return {Isa::avx512, Bf16::amx};
  const std::string_view name = text;
  if (name == "amx") return {Isa::avx512, Bf16::amx};
  if (name == "avx512_bf16") return {Isa::avx512, Bf16::avx512};
  if (name == "avx512") return {Isa::avx512, Bf16::none};
  if (name == "avx2") return {Isa::avx2, Bf16::none};
  if (name == "sse4") return {Isa::sse4, Bf16::none};
  if (name == "none") return {Isa::none, Bf16::none};
  fail(ErrorKind::invalid_argument, "CANDOR_ISA=" + std::string(name) + " is not known: expected amx, avx512_bf16, avx512, avx2, sse4 or none");
}

std::size_t cache_bytes(int name, std::size_t otherwise) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : otherwise;
}

Machine detect() {
  Machine m;
  const Isa asked_isa = asked().isa;
  m.isa = std::min(detected_isa(), asked_isa);
  m.bf16 = std::min(detected_bf16(), asked().bf16);
  cpu_set_t set;
  m.cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : static_cast<int>(std::thread::hardware_concurrency());
  m.cores = std::max(1, m.cores);
  m.l1_bytes = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, m.l1_bytes);
  m.l2_bytes = cache_bytes(_SC_LEVEL2_CACHE_SIZE, m.l2_bytes);
#ifdef CANDOR_ONEDNN
  const dnnl_version_t* v = dnnl_version();
  // Fails once a kernel of oneDNN's has been made; this comes before the first.
  if (asked_isa < Isa::avx512) dnnl_set_max_cpu_isa(asked_isa == Isa::avx2 ? dnnl_cpu_isa_avx2 : dnnl_cpu_isa_sse41);
  m.onednn = std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
#endif
  return m;
}

Machine& mutable_machine() {
  static Machine m = detect();
  return m;
}

}  // namespace

const Machine& machine() { return mutable_machine(); }

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::sse4: return "SSE4";
    case Isa::avx2: return "AVX2";
    case Isa::avx512: return "AVX-512";
    default: return "none";
  }
}

std::string_view to_string(Bf16 bf16) { return bf16 == Bf16::amx ? "AMX BF16" : bf16 == Bf16::avx512 ? "AVX-512 BF16" : ""; }

void limit_isa(Isa isa, Bf16 bf16) {
  mutable_machine().isa = std::min({isa, detected_isa(), asked().isa});
  mutable_machine().bf16 = isa < Isa::avx512 ? Bf16::none : std::min({bf16, detected_bf16(), asked().bf16});
}

}  // namespace candor::cpu
