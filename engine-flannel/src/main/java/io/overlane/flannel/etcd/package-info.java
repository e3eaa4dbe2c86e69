// SPDX-License-Identifier: Apache-2.0
/**
 * The registry in etcd over HTTP: version 3 through its JSON gateway, version 2 through its keys API. It uses no gRPC
 * and no further library.
 */
@NullMarked
package io.overlane.flannel.etcd;

import org.jspecify.annotations.NullMarked;
