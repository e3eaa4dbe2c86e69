// SPDX-License-Identifier: Apache-2.0
/** Periodic checks, one at a time, that find and correct changes made by others on the host. */
@NullMarked
package io.overlane.flannel.host.check;

import org.jspecify.annotations.NullMarked;
