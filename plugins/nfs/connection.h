#pragma once
// A mounted connection: the NFS program's, and what the mount program told.

#include "rpc.h"

namespace seabed_nfs {

class Connection {
 public:
  /// Mounts options.path, or the nearest directory above it that the server lets us mount.
  static int32_t open(const Options& options, const Context& context, std::unique_ptr<Connection>* out,
                      Error& error);

  Rpc& rpc() { return *rpc_; }
  bool usable() const { return rpc_->alive() && !rpc_->closed_by_server(); }
  const std::string& mounted() const { return mounted_; }  // path of root(); "" for "/"
  const Handle& root() const { return root_; }
  size_t read_size() const { return read_size_; }    // of one READ
  size_t write_size() const { return write_size_; }  // of one WRITE

 private:
  int32_t mount(const Options& options, const Context& context, Error& error);
  int32_t ask_sizes(const Context& context, Error& error);

  std::unique_ptr<Rpc> rpc_;
  std::string mounted_;
  Handle root_;
  size_t read_size_ = 0, write_size_ = 0;
};

}  // namespace seabed_nfs
