#pragma once
// The stages of test_io_device; used by core/engine/admin/io_*.cc only.

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/engine/admin/io_device.h"

namespace seabed {

/// What an operation is for, told when it is missing.
struct IoNeed {
  const char* operation;
  const char* without;
  const char* privilege;  // as S3 calls it
};

class IoTrial {
 public:
  IoTrial(ObjectStore& store, const IoDeviceOptions& options, const CancelToken& cancel);
  IoDeviceReport run();

 private:
  using Body = std::function<Status()>;
  // io_connectivity.cc
  void connectivity();
  bool plain_object();
  void conditional_put();
  void append();
  void upload();
  void tags();
  Status check_empty(const ListPage& page);
  Status list_sees(const std::string& key);
  Status race();
  Status append_steps();
  Status upload_steps();
  Status abort_steps();
  Status list_steps();
  // io_archive_log.cc
  void archive_log();
  Status whole_log_file();
  Status log_file_in_steps();
  Status move_checkpoint();
  // io_backup_data.cc
  void backup_data();
  Status upload_data();
  // io_consume_log.cc
  void consume_log();
  Status list_log();
  Status read_log(uint32_t file, uint64_t length);
  // io_clean.cc
  void clean();
  Status delete_one();
  Status delete_all();
  Status count_left();

  /// False when it failed. The first failure of an operation names what is lost with it.
  bool check(const IoNeed& need, const Body& body);
  void limited(const IoNeed& need, std::string found, std::string next_step = {});
  /// In front of what the next check found.
  void note(std::string text) { note_ = std::move(text); }
  void stage(const char* name, void (IoTrial::*body)());

  IoContext io(uint64_t bytes = 0) const;
  std::string key(const std::string& name) const { return options_.directory + "/" + name; }
  std::string log_key(uint32_t file) const { return key("log/" + std::to_string(file) + ".obarc"); }
  uint64_t between(uint64_t low, uint64_t high) { return low + random_() % (high - low + 1); }
  Status expect_read(const std::string& key, uint64_t object, uint64_t offset, uint64_t length);
  Status put(const std::string& key, uint64_t object, uint64_t length, PutMode mode);

  ObjectStore& store_;
  const IoDeviceOptions& options_;
  const CancelToken* cancel_;
  const Capabilities& can_;
  std::mt19937_64 random_;
  IoDeviceReport report_;
  std::string note_;
  uint64_t full_log_ = 0, partial_log_ = 0;  // lengths as written
  bool wrote_ = false, refused_ = false;     // refused: the root is not ours to write to
};

}  // namespace seabed
