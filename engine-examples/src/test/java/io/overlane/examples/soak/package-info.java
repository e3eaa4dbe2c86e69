// SPDX-License-Identifier: Apache-2.0
/** The soak: an overlay that runs for hours under traffic, churn and faults while its use of resources is watched. */
package io.overlane.examples.soak;
