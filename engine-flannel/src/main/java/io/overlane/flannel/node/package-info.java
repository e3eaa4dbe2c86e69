// SPDX-License-Identifier: Apache-2.0
/**
 * A whole node: {@link io.overlane.flannel.node.FlannelNode} reads the network's configuration, acquires a lease, opens
 * the backend, sets up the host, and follows the peers until it is stopped.
 */
@NullMarked
package io.overlane.flannel.node;

import org.jspecify.annotations.NullMarked;
