#pragma once
// The store as the host sees it: on a disk of this machine the calls go straight through, elsewhere on a worker
// (mount.h), with copies of all that the caller owns.

#include "file_store.h"
#include "mount.h"

namespace seabed_file {

class WatchedStore : public seabed::sdk::Store {
 public:
  explicit WatchedStore(const std::string& path)
      : store_(std::make_shared<FileStore>(path)), mount_(Mount::of(path)) {}

  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
  int32_t append(const char* key, uint64_t position, Buffers, const Context&, uint64_t* length, Error&) override;
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  int32_t upload_begin(const char* key, const PutOptions&, const Context&, Text* id, Error&) override;
  int32_t upload_part(const char* key, const char* id, uint32_t number, Buffers, const Context&, seabed_part* out,
                      Error&) override;
  int32_t upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                          const PutOptions&, const Context&, Error&) override;
  int32_t upload_abort(const char* key, const char* id, const Context&, Error&) override;
  // watched_lists.cc
  int32_t list(ListCall&, const Context&, Error&) override;
  int32_t list_uploads(UploadsCall&, const Context&, Error&) override;
  int32_t list_parts(const char* key, PartsCall&, const Context&, Error&) override;

 private:
  /// work(answer, context, error) on a worker, then take(answer) here, if it ended in time.
  template <class Answer, class Work, class Take>
  int32_t ask(bool writes, const Context& context, Error& error, Work work, Take&& take) {
    const auto answer = std::make_shared<Answer>();
    bool left = false;
    const int32_t code = mount_->run(
        [answer, work = std::move(work)](const Context& c, Error& e) { return work(*answer, c, e); }, writes,
        context, &left, error);
    if (!left) take(*answer);
    return code;
  }

  std::shared_ptr<FileStore> store_;
  std::shared_ptr<Mount> mount_;
};

}  // namespace seabed_file
