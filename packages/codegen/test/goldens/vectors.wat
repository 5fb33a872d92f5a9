(module
  (type (;0;) (func (param i32 i64 i32) (result i64)))
  (type (;1;) (func (param i32 i64 i32 i64)))
  (type (;2;) (func (param i32 i64 i32)))
  (type (;3;) (func (param i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32)))
  (type (;5;) (func (param i32) (result i32)))
  (type (;6;) (func (param i32)))
  (import "env" "memory" (memory (;0;) 1))
  (import "env" "missedLoad" (func (;0;) (type 0)))
  (import "env" "missedStore" (func (;1;) (type 1)))
  (import "env" "slowLoad" (func (;2;) (type 0)))
  (import "env" "slowStore" (func (;3;) (type 1)))
  (import "env" "slowModify" (func (;4;) (type 0)))
  (import "env" "slowProbe" (func (;5;) (type 2)))
  (import "env" "recordHook" (func (;6;) (type 3)))
  (import "env" "accessHook" (func (;7;) (type 4)))
  (import "env" "edgeHook" (func (;8;) (type 4)))
  (import "env" "lookup" (func (;9;) (type 5)))
  (import "env" "deliver" (func (;10;) (type 6)))
  (func (;11;) (type 5) (param i32) (result i32)
    (local i32 i32 i32 i64 v128 v128 i64 v128 i64 i32 v128 v128 v128 v128)
    local.get 0
    i64.load offset=136 align=1
    local.set 4
    local.get 0
    v128.load offset=640 align=1
    local.set 5
    local.get 0
    v128.load offset=656 align=1
    local.set 6
    local.get 0
    i64.load offset=144 align=1
    local.set 7
    local.get 0
    v128.load offset=672 align=1
    local.set 8
    local.get 0
    i32.load offset=8 align=1
    local.set 1
    local.get 0
    i32.load offset=20 align=1
    local.set 3
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              loop  ;; label = @6
                local.get 1
                i32.const 5
                i32.lt_s
                if  ;; label = @7
                  local.get 0
                  i64.const 4096
                  i64.store align=1
                  br 4 (;@3;)
                end
                local.get 1
                i32.const 5
                i32.sub
                local.set 1
                local.get 4
                local.set 9
                local.get 3
                local.get 9
                i32.wrap_i64
                i32.const 7
                i32.shr_u
                i32.const 8160
                i32.and
                i32.add
                local.tee 10
                i64.load align=1
                local.get 9
                i64.const 15
                i64.add
                i64.const -4096
                i64.and
                i64.eq
                if (result v128)  ;; label = @7
                  local.get 9
                  i32.wrap_i64
                  local.get 10
                  i32.load offset=16 align=1
                  i32.add
                  v128.load align=1
                else
                  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                  local.get 0
                  local.get 9
                  i32.const 8
                  call 0
                  i64x2.replace_lane 0
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65536
                    local.set 2
                    br 3 (;@5;)
                  end
                  local.get 0
                  local.get 9
                  i64.const 8
                  i64.add
                  i32.const 8
                  call 0
                  i64x2.replace_lane 1
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65536
                    local.set 2
                    br 3 (;@5;)
                  end
                end
                local.set 11
                local.get 11
                local.set 5
                local.get 5
                local.set 11
                local.get 6
                local.set 12
                local.get 11
                local.get 12
                i16x8.add_sat_s
                local.set 13
                local.get 12
                local.set 14
                local.get 13
                local.get 14
                local.get 13
                v128.const i32x4 0x00000000 0x80000000 0x00000000 0x80000000
                v128.xor
                local.get 14
                v128.const i32x4 0x00000000 0x80000000 0x00000000 0x80000000
                v128.xor
                i64x2.lt_s
                v128.bitselect
                local.get 11
                i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
                local.set 6
                local.get 6
                i64x2.extract_lane 1
                local.set 7
                local.get 8
                local.get 6
                i32x4.extract_lane 1
                f32.convert_i32_s
                f32x4.replace_lane 1
                local.set 8
                local.get 6
                local.set 11
                local.get 4
                local.set 9
                local.get 11
                local.set 13
                local.get 13
                v128.const i32x4 0x7fc00000 0x7fc00000 0x7fc00000 0x7fc00000
                local.get 13
                local.get 13
                f32x4.eq
                v128.bitselect
                v128.const i32x4 0x0000007f 0x00000000 0x00000000 0x00000000
                local.get 11
                v128.bitselect
                local.set 14
                local.get 3
                local.get 9
                i32.wrap_i64
                i32.const 7
                i32.shr_u
                i32.const 8160
                i32.and
                i32.add
                local.tee 10
                i64.load offset=8 align=1
                local.get 9
                i64.const 15
                i64.add
                i64.const -4096
                i64.and
                i64.eq
                if  ;; label = @7
                  local.get 9
                  i32.wrap_i64
                  local.get 10
                  i32.load offset=16 align=1
                  i32.add
                  local.get 14
                  v128.store align=1
                else
                  local.get 0
                  local.get 9
                  i32.const 8
                  call 5
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65632
                    local.set 2
                    br 3 (;@5;)
                  end
                  local.get 0
                  local.get 9
                  i64.const 8
                  i64.add
                  i32.const 8
                  call 5
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65632
                    local.set 2
                    br 3 (;@5;)
                  end
                  local.get 0
                  local.get 9
                  i32.const 8
                  local.get 14
                  i64x2.extract_lane 0
                  call 1
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65632
                    local.set 2
                    br 3 (;@5;)
                  end
                  local.get 0
                  local.get 9
                  i64.const 8
                  i64.add
                  i32.const 8
                  local.get 14
                  i64x2.extract_lane 1
                  call 1
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65632
                    local.set 2
                    br 3 (;@5;)
                  end
                end
                br 0 (;@6;)
                unreachable
              end
              unreachable
            end
            local.get 0
            local.get 2
            i32.store offset=24 align=1
            local.get 0
            local.get 2
            i32.load offset=24 align=1
            i64.load offset=16 align=1
            local.get 2
            i64.load16_u offset=4 align=1
            i64.add
            i64.store align=1
            local.get 1
            local.get 2
            i32.load16_u offset=6 align=1
            i32.add
            local.set 1
            local.get 0
            i32.load offset=12 align=1
            i32.const 1
            i32.ne
            br_if 3 (;@1;)
            local.get 0
            i32.const 0
            i32.store offset=12 align=1
            local.get 1
            i32.const 1
            i32.sub
            local.set 1
          end
          local.get 0
          local.get 5
          v128.store offset=640 align=1
          local.get 0
          local.get 6
          v128.store offset=656 align=1
          local.get 0
          local.get 7
          i64.store offset=144 align=1
          local.get 0
          local.get 8
          v128.store offset=672 align=1
          local.get 0
          local.get 1
          i32.store offset=8 align=1
          local.get 0
          call 10
          br 1 (;@2;)
        end
        local.get 0
        local.get 5
        v128.store offset=640 align=1
        local.get 0
        local.get 6
        v128.store offset=656 align=1
        local.get 0
        local.get 7
        i64.store offset=144 align=1
        local.get 0
        local.get 8
        v128.store offset=672 align=1
        local.get 0
        local.get 1
        i32.store offset=8 align=1
      end
      i32.const 0
      return
    end
    local.get 0
    local.get 5
    v128.store offset=640 align=1
    local.get 0
    local.get 6
    v128.store offset=656 align=1
    local.get 0
    local.get 7
    i64.store offset=144 align=1
    local.get 0
    local.get 8
    v128.store offset=672 align=1
    local.get 0
    local.get 1
    i32.store offset=8 align=1
    local.get 0
    i32.load offset=12 align=1)
  (export "region" (func 11)))
