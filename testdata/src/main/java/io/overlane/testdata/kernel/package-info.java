// SPDX-License-Identifier: Apache-2.0
/** Recorded results of a Linux vxlan device, and the intended differences of an engine. */
@NullMarked
package io.overlane.testdata.kernel;

import org.jspecify.annotations.NullMarked;
