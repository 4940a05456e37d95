// Loads and stores of the first few lanes of a vector that touch nothing beyond them. Include after hwy/highway.h, once a target.
#if defined(CANDOR_CPU_PARTIAL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CANDOR_CPU_PARTIAL_H
#undef CANDOR_CPU_PARTIAL_H
#else
#define CANDOR_CPU_PARTIAL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// `mask` is FirstN(count), made once by the caller; the other lanes are zero. Where the instruction set has no masked access it goes
/// lane by lane.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_part(D d, const T* p, hn::Mask<D> mask, int count) {
#if HWY_TARGET <= HWY_AVX2
  (void)count;
  return hn::MaskedLoad(mask, d, p);
#else
  (void)mask;
  constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
  if (count == lanes) return hn::LoadU(d, p);
#if HWY_ARCH_X86
  if constexpr (sizeof(T) == 4 && lanes == 4) {  // inside of sums: a copy by its length would be a call
    const __m128 first = _mm_load_ss(reinterpret_cast<const float*>(p));
    if (count <= 1) return count == 1 ? hn::BitCast(d, hn::Vec128<float>{first}) : hn::Zero(d);
    const __m128 two = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    return hn::BitCast(d, hn::Vec128<float>{count == 2 ? two : _mm_movelh_ps(two, _mm_load_ss(reinterpret_cast<const float*>(p + 2)))});
  }
#endif
  alignas(64) T values[lanes] = {};
  for (int i = 0; i < count; ++i) values[i] = p[i];
  return hn::Load(d, values);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_part(hn::Vec<D> v, D d, T* p, hn::Mask<D> mask, int count) {
#if HWY_TARGET <= HWY_AVX2
  (void)count;
  hn::BlendedStore(v, mask, d, p);
#else
  (void)mask;
  constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
  if (count == lanes) return hn::StoreU(v, d, p);
  alignas(64) T values[lanes];
  hn::Store(v, d, values);
  for (int i = 0; i < count; ++i) p[i] = values[i];
#endif
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
