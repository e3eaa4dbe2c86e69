// SPDX-License-Identifier: Apache-2.0
/** Reports by two HTTP resources whether the node runs and is ready. */
@NullMarked
package io.overlane.flannel.host.status;

import org.jspecify.annotations.NullMarked;
