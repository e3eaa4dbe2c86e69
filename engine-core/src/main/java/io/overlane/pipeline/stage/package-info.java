// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the stages of the application on the threads that carry frames, and carries out what they decide: each thread
 * and direction has its own list of stages, which a command replaces between two batches.
 */
@NullMarked
package io.overlane.pipeline.stage;

import org.jspecify.annotations.NullMarked;
