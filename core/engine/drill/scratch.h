#pragma once
// Where a drill restores to: a directory of its own below the scratch directory, gone when the drill is over.
// What a killed drill left is removed by the next one.

#include <string>

#include "core/base/fd.h"

namespace seabed::drill {

/// Owns "<root>/seabed-drill-<id>" and a lock on it; removes it at the end.
class Scratch {
 public:
  /// Sweeps `root` first. kConflict when the place is another process's.
  static Result<Scratch> make(const std::string& root, const std::string& id);
  Scratch(Scratch&&) noexcept = default;
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();
  const std::string& path() const { return path_; }

 private:
  Scratch(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  Fd lock_;
};

/// Removes every drill's directory that no living process holds. What is not a drill's is never touched.
Status sweep(const std::string& root);

}  // namespace seabed::drill
