// SPDX-License-Identifier: Apache-2.0
/**
 * A segment with several ports is a bridge: its frames also go from port to port, and a flooded frame goes to all other
 * ports as well as to the remotes of the flood list.
 */
@NullMarked
package io.overlane.pipeline.bridge;

import org.jspecify.annotations.NullMarked;
