// SPDX-License-Identifier: Apache-2.0
/**
 * Masquerade and forward rules of a network, in nftables or iptables: applied in one transaction, checked against what
 * stands there, removed on request. One thread at a time.
 */
package io.overlane.flannel.host.firewall;
