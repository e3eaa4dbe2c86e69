// SPDX-License-Identifier: Apache-2.0
/**
 * The registry in etcd, over HTTP: version 3 by its JSON gateway, version 2 by its keys API. No gRPC, no further
 * library.
 */
package io.overlane.flannel.etcd;
