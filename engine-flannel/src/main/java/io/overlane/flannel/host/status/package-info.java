// SPDX-License-Identifier: Apache-2.0
/** Reports whether the node runs and is ready: to systemd, and by two HTTP resources. */
@NullMarked
package io.overlane.flannel.host.status;

import org.jspecify.annotations.NullMarked;
