// SPDX-License-Identifier: Apache-2.0
/** {@code flannel}: a node of a flannel network as a process. */
@NullMarked
package io.overlane.cli.flannel;

import org.jspecify.annotations.NullMarked;
