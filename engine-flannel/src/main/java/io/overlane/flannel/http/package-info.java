// SPDX-License-Identifier: Apache-2.0
/**
 * The only door to HTTP: requests over HTTP/1.1, with or without TLS, whose answers are read whole or line by line. It
 * knows nothing of etcd. HttpCore does the protocol and stays behind this package.
 */
package io.overlane.flannel.http;
