// std::shared_ptr, std::unique_ptr and how they are made. In C++20 libstdc++'s <memory> also brings parallel algorithms, the uninitialised
// ranges and std::auto_ptr: an eighth of what including candor.h costs. Where its own parts can be had one by one, these two are taken alone.
#pragma once

#include <cstddef>  // says which standard library this is

#if defined(__GLIBCXX__) && __has_include(<bits/shared_ptr.h>) && __has_include(<bits/unique_ptr.h>)
#include <bits/shared_ptr.h>
#include <bits/unique_ptr.h>
#else
#include <memory>
#endif
