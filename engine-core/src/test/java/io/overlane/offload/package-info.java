/** Tests of cutting and joining super-frames. */
package io.overlane.offload;
