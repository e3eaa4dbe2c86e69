// SPDX-License-Identifier: Apache-2.0
/**
 * Masquerade and forward rules of a network in nftables or iptables: set in one transaction, compared with what is in
 * the kernel, removed on request. One thread at a time uses them.
 */
@NullMarked
package io.overlane.flannel.host.firewall;

import org.jspecify.annotations.NullMarked;
