#pragma once
// nfs://: objects are files below a directory of an NFSv3 server, reached without a mount. Durable means what
// the server answered to a stable WRITE or to COMMIT; names (MKDIR, CREATE, RENAME, LINK, REMOVE) are durable
// when answered.

#include <functional>
#include <map>

#include "directories.h"
#include "pool.h"
#include "publish.h"
#include "seabed/store.hpp"
#include "upload_dir.h"
#include "walker.h"

namespace seabed_nfs {

using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

class NfsStore : public seabed::sdk::Store {
 public:
  explicit NfsStore(Options options) : pool_(options), directories_(options.path) {}

  // read.cc
  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  // put.cc
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
  // append.cc
  int32_t append(const char* key, uint64_t position, Buffers, const Context&, uint64_t* length,
                 Error&) override;
  // list.cc
  int32_t list(ListCall&, const Context&, Error&) override;
  // remove.cc
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  // upload.cc
  int32_t upload_begin(const char* key, const PutOptions&, const Context&, Text* id, Error&) override;
  int32_t upload_part(const char* key, const char* id, uint32_t number, Buffers, const Context&,
                      seabed_part* out, Error&) override;
  int32_t upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                          const PutOptions&, const Context&, Error&) override;
  int32_t upload_abort(const char* key, const char* id, const Context&, Error&) override;
  // upload_list.cc
  int32_t list_uploads(UploadsCall&, const Context&, Error&) override;
  int32_t list_parts(const char* key, PartsCall&, const Context&, Error&) override;

 private:
  /// Runs `body` with a connection; once more when the server no longer knows a handle that was remembered.
  int32_t operate(const Context& context, Error& error, const std::function<int32_t(Call&)>& body);
  int32_t open_append(Call& call, const std::string& key, bool make, struct AppendFile* out);

  Pool pool_;
  Directories directories_;
  WalkerCache walkers_;
  std::once_flag swept_;
  Leftovers leftovers_;
  std::timed_mutex append_mutexes_[64];  // by key: appenders of one process go one after the other
  UploadSlots slots_;
};

}  // namespace seabed_nfs
