#pragma once
// What a store is opened with.

#include <string>

#include "seabed/driver.hpp"

namespace seabed_nfs {

using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;

struct Options {
  std::string server;  // name or address
  std::string path;    // "/export/dir": an exported directory or one below it
  int version = 3;
  size_t connections = 4;
  int uid = -1, gid = -1;            // -1: the process's own
  int nfs_port = 0, mount_port = 0;  // 0: ask the server's port mapper
};

/// Of nfs://server/export/dir and the keys of the driver.
int32_t read_options(const seabed::sdk::OpenArgs& args, Options* out, Error& error);

}  // namespace seabed_nfs
