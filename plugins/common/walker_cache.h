#pragma once
// For drivers whose medium is a tree of directories. Header only: they need nothing else of this folder.

#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace seabed_tree {

/// Walkers between two pages, by (prefix, last key): a page goes on where the last one ended, without reading and sorting
/// the directories again. Thread-safe.
template <class Walker>
class WalkerCache {
 public:
  /// Null when none is kept.
  std::unique_ptr<Walker> take(const std::string& prefix, const std::string& last) {
    std::lock_guard lock(mutex_);
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
      if (kept->prefix != prefix || kept->last != last) continue;
      auto walker = std::move(kept->walker);
      kept_.erase(kept);
      return walker;
    }
    return nullptr;
  }

  void keep(const std::string& prefix, const std::string& last, std::unique_ptr<Walker> walker) {
    std::lock_guard lock(mutex_);
    kept_.push_front({prefix, last, std::move(walker)});
    if (kept_.size() > kMost) kept_.pop_back();
  }

 private:
  static constexpr size_t kMost = 8;   // each may hold a descriptor a level
  struct Kept {
    std::string prefix, last;
    std::unique_ptr<Walker> walker;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;
};

}  // namespace seabed_tree
