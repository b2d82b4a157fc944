import Foundation

/// An nginx to compare with: one process in the foreground, which needs no rights and leaves nothing behind outside
/// its folder.
struct Nginx {
  let program: String
  let directory: String
  let certificate: ServerCertificate

  /// Listens at two ports and answers any path with 404, after it has read the whole body.
  /// - Parameter protocols: as `ssl_protocols` takes them.
  func startServer(plainPort: Int, tlsPort: Int, protocols: String) throws -> Subprocess {
    // A bare `return 404` would come before the body, which is then thrown away in pieces of 4 KiB.
    try start(
      name: "server-\(tlsPort)", protocols: protocols,
      """
      server {
        listen 127.0.0.1:\(plainPort);
        listen 127.0.0.1:\(tlsPort) ssl;
        root \(directory)/nothing;
        location / { mirror /body; }
        location = /body { internal; return 204; }
      }
      """)
  }

  /// Takes TLS off in front of a plain node.
  func startFront(tlsPort: Int, nodePort: Int) throws -> Subprocess {
    try start(
      name: "front-\(tlsPort)", protocols: "TLSv1.2 TLSv1.3",
      """
      upstream node {
        server 127.0.0.1:\(nodePort);
        keepalive 256;
        keepalive_requests 1000000000;
      }
      server {
        listen 127.0.0.1:\(tlsPort) ssl;
        location / {
          proxy_pass http://node;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_read_timeout 1h;
          proxy_buffers 16 16k;
          proxy_max_temp_file_size 0;
        }
      }
      """)
  }

  private func start(name: String, protocols: String, _ servers: String) throws -> Subprocess {
    let folder = "\(directory)/nginx-\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let configuration = "\(folder)/nginx.conf"
    try text(folder: folder, protocols: protocols, servers)
      .write(toFile: configuration, atomically: false, encoding: .utf8)
    return try Subprocess(program, ["-p", folder, "-c", configuration], log: "\(folder)/output.log")
  }

  private func text(folder: String, protocols: String, _ servers: String) -> String {
    """
    daemon off;
    master_process off;
    pid \(folder)/nginx.pid;
    error_log stderr warn;
    events { worker_connections 8192; }
    http {
      access_log off;
      client_body_temp_path \(folder)/body;
      proxy_temp_path \(folder)/proxy;
      fastcgi_temp_path \(folder)/fastcgi;
      uwsgi_temp_path \(folder)/uwsgi;
      scgi_temp_path \(folder)/scgi;
      client_max_body_size 8m;
      client_body_buffer_size 2m;
      keepalive_requests 1000000000;
      keepalive_timeout 1h;
      ssl_certificate \(certificate.certificate);
      ssl_certificate_key \(certificate.key);
      ssl_protocols \(protocols);
      ssl_session_tickets on;
      \(servers)
    }
    """
  }
}
