#pragma once
// file://, without the detour of watched_store.h: objects are files below a directory of this machine (or of a
// mounted NFS). Durable means fdatasync of the file and fsync of the directories whose entries changed.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "path.h"
#include "seabed/store.hpp"
#include "walker.h"

namespace seabed_file {

using seabed::sdk::Buffers;
using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

class FileStore : public seabed::sdk::Store {
 public:
  explicit FileStore(std::string path) : root_(std::move(path)) {}

  // read.cc
  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  // write.cc
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
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
  /// Root and temporary directory for a write; the first one sweeps what dead writers left.
  int32_t open_for_write(Fd* root, Fd* temp, Error&);

  Root root_;
  std::once_flag swept_;
  WalkerCache walkers_;
};

}  // namespace seabed_file
