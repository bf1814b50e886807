/* The check of a target, for images with Control Flow Guard; see guard.c. Only rax (guard_check), r10, r11 and flags
 * change. A target beyond user space is let through: the call itself faults. */

        .text

        /* Goes to `bad` with the flags of a target that is none. */
        .macro  test_target target, bad
        movq    \target, %r11
        shrq    $47, %r11
        jnz     .Lgood\@
        movq    \target, %r11
        shrq    $21, %r11
        movq    guard_chunks(%rip), %r10
        movq    (%r10,%r11,8), %r10
        testq   %r10, %r10
        jz      .Lgood\@
        movq    \target, %r11
        shrq    $4, %r11
        andl    $0x1ffff, %r11d
        testq   $15, \target
        jnz     .Lother\@
        btl     %r11d, (%r10)
        jnc     \bad
        jmp     .Lgood\@
.Lother\@:
        btl     %r11d, 16384(%r10)
        jnc     \bad
.Lgood\@:
        .endm

        .globl  guard_check
        .hidden guard_check
        .type   guard_check, @function
        .p2align 4
guard_check:
        .cfi_startproc
        test_target %rcx, 1f
        ret
1:      subq    $40, %rsp
        .cfi_adjust_cfa_offset 40
        call    guard_refuse
        .cfi_endproc
        .size   guard_check, .-guard_check

        .globl  guard_dispatch
        .hidden guard_dispatch
        .type   guard_dispatch, @function
        .p2align 4
guard_dispatch:
        .cfi_startproc
        test_target %rax, 1f
        jmp     *%rax
1:      movq    %rax, %rcx
        subq    $40, %rsp
        .cfi_adjust_cfa_offset 40
        call    guard_refuse
        .cfi_endproc
        .size   guard_dispatch, .-guard_dispatch

        .section .note.GNU-stack,"",@progbits
