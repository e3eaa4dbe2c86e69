// SPDX-License-Identifier: Apache-2.0
/**
 * The files a node writes for others on its host: {@code subnet.env}, Docker's options, the CNI configuration. Each
 * appears whole or not at all.
 */
package io.overlane.flannel.host.file;
