#pragma once
// This binary exports its own fsync, rename and write calls, which the loaded driver then uses: the tests see
// their order and make them fail.

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace seabed::test {

/// "fsync <path>", "fdatasync <path>", "renameat <new name>", "renameat2 …", "linkat …", in order.
std::vector<std::string>& events();
/// Asked before each call with its event: an errno makes the call fail with it, 0 lets it pass,
/// kDoneThenExists does it and answers EEXIST (a lost reply of NFS). Empty: all pass.
extern std::function<int(const std::string&)> fail_with;
inline constexpr int kDoneThenExists = -1;
/// At most so many bytes in one pwritev; 0: no limit.
extern size_t longest_write;


/// System calls of this name ("fdatasync", "renameat", "pwritev", "pread", "open", "statfs") sleep until another is
/// named, as in a dead mount; "" lets all go.
void hang_on(const std::string& text);
/// Calls that sleep now.
int hanging();
/// While true, every file system calls itself an NFS.
extern std::atomic<bool> all_is_nfs;

}  // namespace seabed::test
