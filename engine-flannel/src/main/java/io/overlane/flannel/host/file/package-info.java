// SPDX-License-Identifier: Apache-2.0
/**
 * The files that a node writes for other programs of its host: {@code subnet.env}, Docker's options, the CNI
 * configuration. Each is replaced atomically.
 */
@NullMarked
package io.overlane.flannel.host.file;

import org.jspecify.annotations.NullMarked;
